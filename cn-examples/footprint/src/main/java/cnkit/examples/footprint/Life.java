package cnkit.examples.footprint;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One process of a contender, from its spawn to its end. */
final class Life implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 120_000;

  private final Process process;
  private final int port;
  private final double readyMillis;
  private boolean endedByItself;

  private Life(Process process, int port, double readyMillis) {
    this.process = process;
    this.port = port;
    this.readyMillis = readyMillis;
  }

  /** Spawns the command and waits for the first 200 of {@code /readyz}. */
  static Life begin(List<String> command) throws IOException, InterruptedException {
    int port = freePort();
    ProcessBuilder builder = new ProcessBuilder(command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder
        .environment()
        .putAll(Map.of(
            "PORT",
            Integer.toString(port),
            "MANAGEMENT_PORT",
            "0",
            "PROPAGATION_DELAY",
            "0s",
            "SHUTDOWN_GRACE",
            "2m")); // a JVM that records writes its archive on its way out, and is not to be halted
    long spawned = System.nanoTime();
    Process process = builder.start();
    while (!ready(port)) {
      if (!process.isAlive() || System.nanoTime() - spawned > PATIENCE_MILLIS * 1_000_000L) {
        process.destroyForcibly();
        throw new IOException("not ready: " + String.join(" ", command));
      }
      Thread.sleep(1);
    }
    return new Life(process, port, (System.nanoTime() - spawned) / 1e6);
  }

  double readyMillis() {
    return readyMillis;
  }

  /** Resident megabytes (10^6 bytes), as Linux counts them. */
  double residentMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024 / 1e6;
      }
    }
    throw new IOException("no VmRSS in /proc/" + process.pid() + "/status");
  }

  /** Requests a second of {@code /work?ms=0} over so many kept connections. */
  double load(int connections, double seconds) throws InterruptedException {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    long[] counts = new long[connections];
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      int client = i;
      Thread thread = new Thread(() -> counts[client] = client(until));
      thread.setDaemon(true);
      thread.start();
      clients.add(thread);
    }
    long total = 0;
    for (Thread thread : clients) {
      thread.join();
    }
    for (long count : counts) {
      if (count < 0) {
        throw new IllegalStateException("a client did not get its 200");
      }
      total += count;
    }
    return total / seconds;
  }

  /** Whether it was gone some time after SIGTERM without being killed; after {@link #close()}. */
  boolean endedByItself() {
    return endedByItself;
  }

  private long client(long until) {
    byte[] request =
        "GET /work?ms=0 HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      InputStream in = new BufferedInputStream(socket.getInputStream());
      long count = 0;
      while (System.nanoTime() - until < 0) {
        socket.getOutputStream().write(request);
        if (answer(in) != 200) {
          return -1;
        }
        count++;
      }
      return count;
    } catch (IOException e) {
      return -1;
    }
  }

  private static boolean ready(int port) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      socket
          .getOutputStream()
          .write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      return answer(new BufferedInputStream(socket.getInputStream())) == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  /** Reads one answer with a Content-Length whole. */
  private static int answer(InputStream in) throws IOException {
    int status = 0;
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (status == 0) {
        status = Integer.parseInt(line.substring(9, 12));
      } else if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).trim());
      }
    }
    in.skipNBytes(length);
    return status;
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("closed");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** SIGTERM, so that an archive that is being recorded is written. */
  @Override
  public void close() {
    process.destroy();
    try {
      endedByItself = process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      if (!endedByItself) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
