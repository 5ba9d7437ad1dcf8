package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three replicas behind a real load balancer, under load that never pauses and never forgives. */
@Tag("full")
class RollingDeployTest {
  private final List<ServiceProcess> replicas = new ArrayList<>();
  private final int[] ports = new int[3];
  private int stats;

  @Test
  void rolledOneAfterTheOtherNoRequestFails() throws Exception {
    // removed within half a second or so: 200 ms, twice
    roll("inter 200ms fall 2 rise 1", "2s");
  }

  @Test
  void rolledWhileTheBalancerLearnsSecondsLaterNoRequestFails() throws Exception {
    // a check every two seconds, two in a row: requests reach a replica that has been told to go
    // for four seconds
    roll("inter 2s fall 2 rise 1", "6s");
  }

  @Test
  void aReplicaThatIsKilledCostsNothingButItsOwnRequestsInFlight() throws Exception {
    for (int i = 0; i < 3; i++) {
      ports[i] = Component.freePort();
      replicas.add(replica(i, "0s"));
    }
    // a refused connection is tried at another replica: nothing was sent. What was sent is not
    // repeated, and no connection to a replica is kept, which could break under the next request
    try (Component balancer = balancer(
        "inter 200ms fall 2 rise 1",
        "retries 3\n  option redispatch\n  retry-on conn-failure\n  option http-server-close")) {
      awaitBalanced();
      List<Client> quick = clients(balancer, 4, "/work?ms=5");
      List<Client> slow = clients(balancer, 9, "/work?ms=1500");
      awaitServed(slow, 2);
      replicas.get(0).awaitInFlight(1, 20);
      replicas.get(0).kill();
      long died = System.nanoTime(); // a process takes its time to die: its ports close one by one
      TimeUnit.SECONDS.sleep(3);
      awaitServed(slow, 2);
      int lost = 0;
      for (Client client : stopped(slow)) {
        assertEquals(List.of(), client.failedAfter(died));
        lost += client.failures.isEmpty() ? 0 : 1;
      }
      for (Client client : stopped(quick)) {
        assertEquals(List.of(), client.failedAfter(died));
      }
      assertTrue(lost < 9, "all clients lost their request, but only a third of the replicas died");
      assertTrue(replicas.get(1).alive() && replicas.get(2).alive());
    } finally {
      replicas.forEach(ServiceProcess::close);
    }
  }

  @Test
  void aDependencyThatFailsRestartsNobodyAndTakesNobodyOutOfRotation() throws Exception {
    try (ServiceProcess service =
        ServiceProcess.ready(Map.of("INVENTORY_FAULTS", "error=0.5,hang=0.5", "CHAOS", "true"))) {
      List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(6);
      while (System.nanoTime() - end < 0) {
        asked.add(service.getAsync(service.application("/inventory/apple")));
        assertEquals(200, service.get(service.management("/livez")).statusCode());
        assertEquals(200, service.get(service.management("/readyz")).statusCode());
        assertEquals(200, service.get(service.application("/work")).statusCode());
        TimeUnit.MILLISECONDS.sleep(20);
      }
      long failed = 0;
      for (CompletableFuture<HttpResponse<String>> answer : asked) {
        failed += answer.get(30, TimeUnit.SECONDS).statusCode() == 503 ? 1 : 0;
      }
      assertTrue(failed > 0, "the dependency failed, and nobody noticed");
      assertTrue(service.alive());
    }
  }

  private void roll(String check, String propagation) throws Exception {
    for (int i = 0; i < 3; i++) {
      ports[i] = Component.freePort();
      replicas.add(replica(i, propagation));
    }
    try (Component balancer = balancer(check, "retries 0\n  http-reuse always")) {
      awaitBalanced();
      List<Client> quick = clients(balancer, 8, "/work?ms=5");
      List<Client> slow = clients(balancer, 4, "/work?ms=2500");
      awaitServed(slow, 1);
      for (int i = 0; i < 3; i++) {
        ServiceProcess old = replicas.get(i);
        old.terminate();
        assertEquals(0, old.awaitExit(), old::toString);
        replicas.set(i, replica(i, propagation));
        awaitBalanced();
        awaitServed(quick, 50);
        awaitServed(slow, 1);
      }
      int served = 0;
      for (Client client : stopped(quick)) {
        assertEquals(List.of(), client.failures);
        served += client.served.get();
      }
      for (Client client : stopped(slow)) {
        assertEquals(List.of(), client.failures);
        served += client.served.get();
      }
      assertTrue(served > 500, "only " + served + " requests");
    } finally {
      replicas.forEach(ServiceProcess::close);
    }
  }

  private ServiceProcess replica(int index, String propagation) throws Exception {
    return ServiceProcess.ready(
        Map.of("PORT", Integer.toString(ports[index]), "PROPAGATION_DELAY", propagation));
  }

  /** Keep-alive to both sides; {@code retries} says what haproxy may repeat. */
  private Component balancer(String check, String retries) throws Exception {
    stats = Component.freePort();
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      servers
          .append("  server replica")
          .append(i)
          .append(" 127.0.0.1:")
          .append(ports[i])
          .append(" check ")
          .append(check)
          .append('\n');
    }
    return Component.haproxy(
        """
        global
          maxconn 2000
        defaults
          mode http
          option http-keep-alive
          timeout connect 5s
          timeout client 60s
          timeout server 60s
          timeout check 10s
          %s
        frontend in
          bind 127.0.0.1:PORT
          default_backend replicas
        frontend state
          bind 127.0.0.1:STATE
          stats enable
          stats uri /
        backend replicas
          balance roundrobin
          option httpchk GET /readyz
        %s""".formatted(retries, servers).replace("STATE", Integer.toString(stats)));
  }

  /** Until the balancer takes all three replicas for ready. */
  private void awaitBalanced() throws Exception {
    ServiceProcess any = replicas.get(0);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    long up = 0;
    while (up < 3) {
      assertTrue(System.nanoTime() - deadline < 0, "haproxy sees only " + up + " replicas");
      TimeUnit.MILLISECONDS.sleep(50);
      up = any.get(java.net.URI.create("http://127.0.0.1:" + stats + "/;csv"))
          .body()
          .lines()
          .filter(line -> line.startsWith("replicas,replica") && line.contains(",UP,"))
          .count();
    }
  }

  private static List<Client> clients(Component balancer, int count, String path) {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(new Client(balancer.port, path));
    }
    return clients;
  }

  private static void awaitServed(List<Client> clients, int more) throws Exception {
    for (Client client : clients) {
      int goal = client.served.get() + more;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (client.served.get() < goal) {
        assertTrue(System.nanoTime() - deadline < 0, () -> "not served: " + client.failures);
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
  }

  private static List<Client> stopped(List<Client> clients) throws InterruptedException {
    for (Client client : clients) {
      client.stopping = true;
    }
    for (Client client : clients) {
      client.thread.join(60_000);
    }
    return clients;
  }

  /** One connection, one request after the other, no second try: whatever is not a 200 is a failure. */
  private static final class Client {
    /** What went wrong with a request, and when that began. */
    record Failure(long begun, String what) {}

    final List<Failure> failures = new CopyOnWriteArrayList<>();
    final AtomicInteger served = new AtomicInteger();
    final Thread thread;
    volatile boolean stopping;

    Client(int port, String path) {
      thread = new Thread(() -> {
        while (!stopping) {
          long begun = System.nanoTime();
          try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            boolean open = true;
            while (open && !stopping) {
              begun = System.nanoTime();
              open = request(socket, path);
              served.incrementAndGet();
              TimeUnit.MILLISECONDS.sleep(5);
            }
          } catch (IOException | InterruptedException | RuntimeException failed) {
            failures.add(new Failure(begun, failed.toString()));
          }
        }
      });
      thread.setDaemon(true);
      thread.start();
    }

    List<Failure> failedAfter(long moment) {
      return failures.stream().filter(failure -> failure.begun - moment >= 0).toList();
    }

    /** Whether the connection may be used again. */
    private static boolean request(Socket socket, String path) throws IOException {
      socket
          .getOutputStream()
          .write(("GET " + path + " HTTP/1.1\r\nHost: orders\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int read = in.read();
        if (read < 0) {
          throw new IOException("the connection ended after: " + head);
        }
        head.append((char) read);
      }
      int length = 0;
      boolean keep = true;
      for (String line : head.toString().toLowerCase(Locale.ROOT).split("\r\n", -1)) {
        if (line.startsWith("content-length:")) {
          length = Integer.parseInt(line.substring("content-length:".length()).trim());
        }
        keep &= !line.equals("connection: close");
      }
      String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      if (head.indexOf("HTTP/1.1 200 ") != 0 || body.length() != length) {
        throw new IOException(head + body);
      }
      return keep;
    }
  }
}
