package cnkit.lifecycle;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

/**
 * How long an idle service needs from SIGTERM to the end of its process: a server, a pool, a periodic task and two more
 * components, without a propagation delay. Wall time of real processes; exits with 1 when the median is above 100 ms.
 *
 * <pre>
 * java -cp ... cnkit.lifecycle.IdleStop [/path/to/bin/java] [rounds]
 * </pre>
 */
public final class IdleStop {
  private static final long GOAL_MILLIS = 100;

  private IdleStop() {}

  /**
   * Measures, or is what is measured.
   *
   * @param args the JVM and the number of rounds, both optional
   * @throws Exception if a process cannot be had
   */
  public static void main(String[] args) throws Exception {
    if (args.length == 1 && args[0].equals("--child")) {
      System.exit(child().run());
    }
    String java = args.length > 0
        ? args[0]
        : Path.of(System.getProperty("java.home"), "bin", "java").toString();
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      millis.add(measure(java));
    }
    millis.sort(Double::compare);
    double median = millis.get(rounds / 2);
    System.out.printf(
        "SIGTERM to exit, idle, %d processes of %s: median %.1f ms, %.1f to %.1f ms (goal %d ms)%n",
        rounds, java, median, millis.get(0), millis.get(rounds - 1), GOAL_MILLIS);
    System.exit(median <= GOAL_MILLIS ? 0 : 1);
  }

  private static Lifecycle child() throws IOException {
    var inFlight = new InFlight();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        JdkHttpServer.track(
            inFlight, path -> false, exchange -> exchange.sendResponseHeaders(204, -1)));
    Lifecycle lifecycle = Lifecycle.builder()
        .propagation(Duration.ZERO)
        .infrastructure("management", () -> {}, () -> {})
        .closeable("db", () -> {})
        .executor("pool", Executors.newFixedThreadPool(4))
        .periodic("refresh", Duration.ofSeconds(1), () -> {})
        .component("http", server::start, JdkHttpServer.stop(server))
        .drain(inFlight)
        .flush("telemetry", () -> {})
        .build();
    lifecycle.subscribe(event -> {
      if (event instanceof LifecycleEvent.Started) {
        System.out.println("running");
      }
    });
    return lifecycle;
  }

  private static double measure(String java) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(
            java, "-cp", System.getProperty("java.class.path"), IdleStop.class.getName(), "--child")
        .redirectErrorStream(true)
        .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = out.readLine(); !"running".equals(line); line = out.readLine()) {
        if (line == null) {
          throw new IOException("the child ended with " + process.waitFor());
        }
      }
      long began = System.nanoTime();
      process.destroy(); // SIGTERM
      int code = process.waitFor();
      double millis = (System.nanoTime() - began) / 1e6;
      if (code != 0) {
        throw new IOException("the child ended with " + code);
      }
      return millis;
    } finally {
      process.destroyForcibly();
    }
  }
}
