package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real server of the distribution's, on a loopback port of its own, with its files in a folder that goes with it. */
final class Component implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  final int port;
  final Path folder;
  private final List<String> command;
  private Process process;

  private Component(int port, Path folder, List<String> command) throws Exception {
    this.port = port;
    this.folder = folder;
    this.command = command;
    this.process = launch();
  }

  /** PostgreSQL as a user of its own, since it refuses root; every change is on its way to the disk before it is answered. */
  static Component postgres() throws Exception {
    Path initdb = find("initdb", "postgresql");
    Path folder = Files.createTempDirectory("orders-postgres");
    List<String> user = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      run(List.of("chown", "postgres", folder.toString()));
      user.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"));
    }
    List<String> init = new ArrayList<>(user);
    init.addAll(List.of(
        initdb.toString(), "-D", folder + "/data", "-U", "orders", "-A", "trust", "--no-sync"));
    run(init);
    int port = freePort();
    user.addAll(List.of(
        initdb.resolveSibling("postgres").toString(),
        "-D",
        folder + "/data",
        "-p",
        Integer.toString(port),
        "-h",
        "127.0.0.1",
        "-k",
        folder.toString()));
    return new Component(port, folder, user);
  }

  static Component nats() throws Exception {
    Path server = find("nats-server", "nats-server");
    Path folder = Files.createTempDirectory("orders-nats");
    int port = freePort();
    return new Component(
        port,
        folder,
        List.of(
            server.toString(),
            "-js",
            "-sd",
            folder.toString(),
            "-a",
            "127.0.0.1",
            "-p",
            Integer.toString(port)));
  }

  /** HAProxy with that configuration, in which PORT stands for the port that it is to listen on. */
  static Component haproxy(String configuration) throws Exception {
    Path server = find("haproxy", "haproxy");
    Path folder = Files.createTempDirectory("orders-haproxy");
    int port = freePort();
    Path file = folder.resolve("haproxy.cfg");
    Files.writeString(file, configuration.replace("PORT", Integer.toString(port)));
    return new Component(port, folder, List.of(server.toString(), "-db", "-f", file.toString()));
  }

  /** Prometheus with that configuration. */
  static Component prometheus(String configuration) throws Exception {
    Path server = find("prometheus", "prometheus");
    Path folder = Files.createTempDirectory("orders-prometheus");
    int port = freePort();
    Path file = folder.resolve("prometheus.yml");
    Files.writeString(file, configuration);
    return new Component(
        port,
        folder,
        List.of(
            server.toString(),
            "--config.file=" + file,
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--web.listen-address=127.0.0.1:" + port));
  }

  /** SIGKILL to the server and all its children, as when the machine goes. */
  void kill() {
    List<ProcessHandle> all = processes();
    all.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
  }

  /** SIGSTOP: connections are accepted by the kernel, and nobody answers. */
  void freeze() throws IOException {
    signal("-STOP");
  }

  void thaw() throws IOException {
    signal("-CONT");
  }

  void restart() throws Exception {
    process = launch();
  }

  @Override
  public void close() throws IOException {
    thaw();
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /**
   * A port that nobody has, below those that the system gives to outgoing connections: a replica that comes back to its port
   * would find one of them there.
   */
  static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
      try (ServerSocket free = new ServerSocket(port)) {
        return free.getLocalPort();
      } catch (BindException taken) {
        // the next one then
      }
    }
  }

  private void signal(String signal) throws IOException {
    List<String> kill = new ArrayList<>(List.of("kill", signal));
    processes().forEach(handle -> kill.add(Long.toString(handle.pid())));
    run(kill);
  }

  private List<ProcessHandle> processes() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.removeIf(handle -> !handle.isAlive());
    return all;
  }

  private Process launch() throws Exception {
    Path log = folder.resolve("log");
    Process started = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() - deadline < 0 && started.isAlive()) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
        return started;
      } catch (IOException notYet) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
    started.destroyForcibly();
    throw new AssertionError(command + " does not listen\n" + Files.readString(log));
  }

  private static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0 && !command.get(0).equals("kill")) {
      throw new AssertionError(command + ": " + output);
    }
  }

  /** On the path, or where Debian puts it; absent: the test is left out, and fails where all components are required. */
  private static Path find(String program, String debianPackage) throws IOException {
    List<Path> folders = new ArrayList<>(
        Arrays.stream((System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin")
                .split(":", -1))
            .map(Path::of)
            .toList());
    Path postgresql = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(postgresql)) {
      try (Stream<Path> versions = Files.list(postgresql)) {
        versions.forEach(version -> folders.add(0, version.resolve("bin")));
      }
    }
    for (Path folder : folders) {
      if (Files.isExecutable(folder.resolve(program))) {
        return folder.resolve(program);
      }
    }
    String missing = "no " + program + " on this machine: apt-get install " + debianPackage;
    return Boolean.getBoolean("cn.require") ? fail(missing) : abort(missing);
  }
}
