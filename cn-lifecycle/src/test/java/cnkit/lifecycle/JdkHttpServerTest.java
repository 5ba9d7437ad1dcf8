package cnkit.lifecycle;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real server and real connections, kept alive. */
@Timeout(60)
class JdkHttpServerTest {
  private final InFlight inFlight = new InFlight();
  private final CountDownLatch working = new CountDownLatch(1);
  private final CountDownLatch finish = new CountDownLatch(1);
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final HttpServer server;

  JdkHttpServerTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void serve() {
    server.setExecutor(workers);
    server.createContext(
        "/", JdkHttpServer.track(inFlight, path -> path.equals("/livez"), exchange -> {
          if (exchange.getRequestURI().getPath().equals("/slow")) {
            working.countDown();
            LifecycleTest.awaitIgnoringInterrupts(finish);
          }
          byte[] body = "done".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
        }));
  }

  @AfterEach
  void end() {
    finish.countDown();
    server.stop(0);
    workers.shutdownNow();
  }

  /** One HTTP/1.1 connection, without a client library that would reconnect by itself. */
  private final class Connection implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Connection() throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort());
      socket.setSoTimeout(30_000);
      in = new BufferedReader(
          new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    void send(String path) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
          .getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }

    /** The headers, with the status under an empty name; empty at the end of the connection. */
    Map<String, String> receive() throws IOException {
      var headers = new TreeMap<String, String>();
      String line = in.readLine();
      if (line == null) {
        return headers;
      }
      headers.put("", line.split(" ", 3)[1]);
      for (line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT),
            line.substring(colon + 1).strip());
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      for (int i = 0; i < length; i++) {
        assertNotEquals(-1, in.read());
      }
      return headers;
    }

    Map<String, String> get(String path) throws IOException {
      send(path);
      return receive();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test // case L22
  void onAKeptConnectionTheFirstAnswerAfterTheAnnouncementAsksToLeaveAndThenTheConnectionEnds()
      throws Exception {
    server.start();
    try (var connection = new Connection()) {
      for (int i = 0; i < 5; i++) {
        Map<String, String> answer = connection.get("/");
        assertEquals("200", answer.get(""));
        assertNotEquals("close", answer.get("connection"));
      }
      inFlight.drain();
      Map<String, String> last = connection.get("/");
      assertEquals("200", last.get(""), "still served");
      assertEquals("close", last.get("connection"));
      assertEquals(Map.of(), connection.receive(), "the end, and no reset");
    }
    for (int i = 0; i < 4; i++) { // new connections are still served, one answer each
      try (var connection = new Connection()) {
        assertEquals("close", connection.get("/").get("connection"));
      }
    }
    // counted when it begins; that it is over is counted only after its client has the answer
    assertEquals(10, inFlight.workCounts(WorkKind.REQUEST).accepted());
  }

  @Test // case L22
  void anAnswerWhoseRequestBeganBeforeTheAnnouncementAsksToLeaveToo() throws Exception {
    server.start();
    try (var connection = new Connection()) {
      connection.send("/slow");
      assertTrue(working.await(20, TimeUnit.SECONDS));
      inFlight.drain();
      finish.countDown();
      Map<String, String> answer = connection.receive();
      assertEquals("200", answer.get(""));
      assertEquals("close", answer.get("connection"));
      assertEquals(Map.of(), connection.receive());
    }
  }

  @Test // case L16
  void afterTheIntakeIsClosedRequestsGet503AndProbes200() throws Exception {
    server.start();
    inFlight.close();
    try (var connection = new Connection()) {
      Map<String, String> answer = connection.get("/");
      assertEquals("503", answer.get(""));
      assertEquals("1", answer.get("retry-after"));
      assertEquals("close", answer.get("connection"));
      assertEquals(Map.of(), connection.receive());
    }
    try (var connection = new Connection()) {
      assertEquals("200", connection.get("/livez").get(""));
    }
    assertTrue(inFlight.drained());
  }

  @Test // case L17
  void aRequestInFlightIsAnsweredWholeAndTheStopWaitsForNothingElse() throws Exception {
    Lifecycle lifecycle = Lifecycle.builder()
        .grace(ofSeconds(60))
        .propagation(ofSeconds(0))
        .drain(inFlight)
        .component("http", server::start, JdkHttpServer.stop(server))
        .build();
    lifecycle.start();
    try (var slow = new Connection();
        var idle = new Connection()) {
      assertEquals("200", idle.get("/").get(""));
      slow.send("/slow");
      assertTrue(working.await(20, TimeUnit.SECONDS));
      lifecycle.requestShutdown("done");
      finish.countDown();
      assertEquals("200", slow.receive().get(""));
      Report report = lifecycle.shutdown("again");
      assertEquals(0, report.exitCode());
      assertTrue(report.stopTook().compareTo(ofSeconds(20)) < 0, report.summary());
      assertEquals(Map.of(), idle.receive(), "an idle connection is no reason to wait");
    }
  }
}
