package cnkit.examples.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** One page of a headless Chromium, driven by its own DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path profile;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();

  private Chromium(Process process, Path profile, URI debugger) throws Exception {
    this.process = process;
    this.profile = profile;
    String fresh = http.send(
            HttpRequest.newBuilder(
                    URI.create("http://" + debugger.getAuthority() + "/json/new?about:blank"))
                .PUT(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
    this.socket = http.newWebSocketBuilder()
        .buildAsync(
            URI.create(JSON.readTree(fresh).get("webSocketDebuggerUrl").asText()), new Reader())
        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    for (String domain : List.of("Runtime", "Log", "Page", "Network")) {
      send(domain + ".enable", Map.of());
    }
  }

  static Chromium start() throws Exception {
    Path profile = Files.createTempDirectory("chromium");
    Process process = new ProcessBuilder(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--remote-debugging-port=0",
            "--user-data-dir=" + profile)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    try {
      BufferedReader said = new BufferedReader(
          new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        int at = line.indexOf("ws://");
        if (at >= 0) {
          Thread rest = new Thread(() -> said.lines().forEach(ignored -> {}), "chromium");
          rest.setDaemon(true);
          rest.start();
          return new Chromium(process, profile, URI.create(line.substring(at).trim()));
        }
      }
      throw new IOException("chromium ended without a debugger");
    } catch (Exception | Error failed) {
      process.destroyForcibly();
      throw failed;
    }
  }

  void open(URI page) throws Exception {
    send("Page.navigate", Map.of("url", page.toString()));
  }

  void size(int width, int height, boolean phone) throws Exception {
    send(
        "Emulation.setDeviceMetricsOverride",
        Map.of(
            "width", width, "height", height, "deviceScaleFactor", phone ? 2 : 1, "mobile", phone));
  }

  void dark(boolean dark) throws Exception {
    send(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** The value of an expression, as text. */
  String value(String expression) throws Exception {
    JsonNode result = send(
        "Runtime.evaluate",
        Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
    }
    return result.at("/result/value").asText();
  }

  /** Asks again until the expression is true; gives the milliseconds that it took. */
  long await(String expression) throws Exception {
    long began = System.nanoTime();
    while (!value("Boolean(" + expression + ")").equals("true")) {
      if (System.nanoTime() - began > PATIENCE.toNanos()) {
        throw new AssertionError("never true: " + expression + "; errors " + errors);
      }
    }
    return (System.nanoTime() - began) / 1_000_000;
  }

  void screenshot(Path file, boolean whole) throws Exception {
    JsonNode shot =
        send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", whole));
    Files.write(file, Base64.getDecoder().decode(shot.get("data").asText()));
  }

  /** What the page's console, its scripts and its policy complained of. */
  List<String> errors() {
    return List.copyOf(errors);
  }

  private JsonNode send(String method, Map<String, ?> parameters) throws Exception {
    int id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    synchronized (socket) {
      socket
          .sendText(
              JSON.writeValueAsString(Map.of("id", id, "method", method, "params", parameters)),
              true)
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    JsonNode message = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (message.has("error")) {
      throw new AssertionError(method + ": " + message.get("error"));
    }
    return message.get("result");
  }

  private final class Reader implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    private void take(String text) {
      try {
        JsonNode message = JSON.readTree(text);
        CompletableFuture<JsonNode> answer = answers.remove(message.path("id").asInt());
        if (answer != null) {
          answer.complete(message);
        } else if (message.path("method").asText().equals("Runtime.exceptionThrown")
            || message.at("/params/type").asText().equals("error")
            || message.at("/params/entry/level").asText().equals("error")) {
          errors.add(text);
        }
      } catch (IOException unreadable) {
        errors.add(text);
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (UncheckedIOException goneMeanwhile) {
      // a last process of the browser cleaned up as well
    }
  }
}
