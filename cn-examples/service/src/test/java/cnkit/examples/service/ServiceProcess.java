package cnkit.examples.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** {@code java -jar target/orders.jar} with an environment of its own, watched from outside as an operator would. */
final class ServiceProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final HttpClient client = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(PATIENCE)
      .build();
  private final Process process;
  private final List<String> out = new ArrayList<>();
  private final List<String> err = new ArrayList<>();
  private final Thread outReader;
  private final Thread errReader;

  private ServiceProcess(Process process) {
    this.process = process;
    outReader = drain(process.getInputStream(), out);
    errReader = drain(process.getErrorStream(), err);
  }

  /** On free ports and without a propagation delay, unless told otherwise. */
  static ServiceProcess start(Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-jar",
        System.getProperty("service.jar", "target/orders.jar")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.putAll(Map.of(
        "PATH", "/usr/bin:/bin", "PORT", "0", "MANAGEMENT_PORT", "0", "PROPAGATION_DELAY", "0s"));
    variables.putAll(environment);
    return new ServiceProcess(builder.start());
  }

  static ServiceProcess ready(Map<String, String> environment) throws Exception {
    ServiceProcess service = start(environment);
    try {
      service.awaitStatus(200, () -> service.management("/readyz"));
      return service;
    } catch (Throwable notReady) {
      service.close();
      throw notReady;
    }
  }

  URI application(String path) {
    return listener("application", path);
  }

  URI management(String path) {
    return listener("management", path);
  }

  HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(URI uri, String body) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(uri)
        .timeout(PATIENCE)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> getAsync(URI uri) {
    return client.sendAsync(
        HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Until the application reports so many requests in flight. */
  void awaitInFlight(int requests) throws Exception {
    awaitInFlight(requests, requests);
  }

  /** Until it reports a number between the two. */
  void awaitInFlight(int least, int most) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      boolean seen = get(management("/metrics"))
          .body()
          .lines()
          .anyMatch(line -> line.startsWith("cn_lifecycle_work_in_flight")
              && line.contains("request")
              && line.contains("\"request\"")
              && between(
                  least, most, Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))));
      if (seen) {
        return;
      }
      pause();
    }
    throw new AssertionError("never " + least + ".." + most + " requests in flight\n" + this);
  }

  private static boolean between(int least, int most, double value) {
    return value >= least && value <= most;
  }

  /** SIGTERM; by the handle, since Process.destroy() closes the pipes as well and the last lines were lost. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** SIGKILL, until nothing of the process is left: all its ports are closed then. */
  void kill() throws InterruptedException {
    close();
    process.waitFor();
  }

  boolean alive() {
    return process.isAlive();
  }

  int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still alive after " + PATIENCE + "\n" + this);
    }
    outReader.join();
    errReader.join();
    return process.exitValue();
  }

  List<String> out() {
    synchronized (out) {
      return List.copyOf(out);
    }
  }

  List<String> err() {
    synchronized (err) {
      return List.copyOf(err);
    }
  }

  /** The first line with that event name, waited for. */
  JsonNode awaitEvent(String name, Predicate<JsonNode> which) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - deadline < 0) {
      Optional<JsonNode> event = events(name).stream().filter(which).findFirst();
      if (event.isPresent()) {
        return event.get();
      }
      if (!alive() && !outReader.isAlive()) {
        break;
      }
      pause();
    }
    throw new AssertionError("no " + name + "\n" + this);
  }

  List<JsonNode> events(String name) {
    return out().stream()
        .map(ServiceProcess::json)
        .filter(line -> line.path("event.name").asText().equals(name))
        .toList();
  }

  /** Asks until the answer has that status; connections refused meanwhile count as another status. */
  HttpResponse<String> awaitStatus(int status, java.util.function.Supplier<URI> uri)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Object last = "nothing";
    while (System.nanoTime() - deadline < 0) {
      try {
        HttpResponse<String> response = get(uri.get());
        if (response.statusCode() == status) {
          return response;
        }
        last = response.statusCode() + " " + response.body();
      } catch (IOException notYet) {
        last = notYet;
      }
      pause();
    }
    throw new AssertionError("no " + status + " but " + last + "\n" + this);
  }

  static JsonNode json(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + line, e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  @Override
  public String toString() {
    return "standard output:\n" + String.join("\n", out()) + "\nstandard error:\n"
        + String.join("\n", err());
  }

  private URI listener(String listener, String path) {
    JsonNode line =
        awaitEvent("cn.listening", event -> event.path("listener").asText().equals(listener));
    return URI.create("http://127.0.0.1:" + line.path("port").asInt() + path);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(5);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Thread drain(InputStream stream, List<String> lines) {
    Thread reader = new Thread(() -> {
      try (BufferedReader in =
          new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          synchronized (lines) {
            lines.add(line);
          }
        }
      } catch (IOException closed) {
        // the process is gone
      }
    });
    reader.setDaemon(true);
    reader.start();
    return reader;
  }
}
