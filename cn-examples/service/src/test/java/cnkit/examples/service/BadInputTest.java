package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What clients should not send: each gets its answer or loses its connection, and nobody else notices. */
@Tag("full")
class BadInputTest {
  private static final String ORDER = "{\"sku\":\"apple\",\"quantity\":1}";
  private static ServiceProcess service;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    // little memory, so that what is not bounded is noticed
    service =
        ServiceProcess.ready(Map.of("JDK_JAVA_OPTIONS", "-Xmx96m -XX:+ExitOnOutOfMemoryError"));
    port = service.application("/").getPort();
  }

  @AfterAll
  static void stop() throws Exception {
    service.terminate();
    assertEquals(0, service.awaitExit(), service::toString);
    service.out().forEach(line -> assertTrue(ServiceProcess.json(line).isObject(), line));
    assertTrue(
        service.out().stream().noneMatch(line -> line.contains("\"ERROR\"")), service::toString);
  }

  @Test
  void bodiesThatAreNoOrderAreProblems() throws Exception {
    assertProblem(400, post("{"));
    assertProblem(400, post("\u0000\u0001"));
    assertProblem(400, post("[".repeat(8000)));
    assertProblem(422, post("{\"sku\":[],\"quantity\":{}}"));
    assertProblem(422, post("{\"sku\":\"a\",\"quantity\":1e400}"));
    assertProblem(422, post("{\"sku\":\"a\",\"quantity\":" + "9".repeat(900) + "}"));
    assertProblem(
        422,
        exchange("POST /orders HTTP/1.1\r\nHost: x\r\nIdempotency-Key: " + "k".repeat(201)
            + "\r\nContent-Length: " + ORDER.length() + "\r\n\r\n" + ORDER));
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedBeforeItHasArrived() throws Exception {
    String head = "POST /orders HTTP/1.1\r\nHost: x\r\n";
    assertProblem(413, exchange(head + "Content-Length: 10000000000\r\n\r\n" + "a".repeat(99)));
    assertProblem(413, exchange(head + "Content-Length: 20000\r\n\r\n" + "a".repeat(20_000)));
    assertProblem(
        413, exchange(head + "Transfer-Encoding: chunked\r\n\r\nffffff\r\n" + "a".repeat(20_000)));
    assertProblem(400, exchange(head + "Transfer-Encoding: chunked\r\n\r\nno length\r\n\r\n"));
  }

  @Test
  void pathsAndMethodsThatDoNotExistAreProblems() throws Exception {
    assertProblem(404, exchange("GET /orders/%00 HTTP/1.1\r\nHost: x\r\n\r\n"));
    for (String method : List.of("DELETE", "PUT", "BREW", "get", "TRACE")) {
      String answer = exchange(method + " /orders HTTP/1.1\r\nHost: x\r\n\r\n");
      assertProblem(405, answer);
      assertTrue(answer.contains("\r\nAllow: POST, GET\r\n"), answer);
    }
    assertProblem(400, exchange("GET /work?ms=%ff HTTP/1.1\r\nHost: x\r\n\r\n"));
  }

  @Test
  void floodsOfHeadersAreRefused() throws Exception {
    String head = "GET /work HTTP/1.1\r\nHost: x\r\n";
    StringBuilder many = new StringBuilder(head);
    for (int i = 0; i < 500; i++) {
      many.append("X-").append(i).append(": 1\r\n");
    }
    assertProblem(431, exchange(many + "\r\n"));
    assertProblem(431, exchange(head + "X: " + "a".repeat(20_000) + "\r\n\r\n"));
    assertProblem(
        414, exchange("GET /work?" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    // beyond the server's own limits the connection is closed, and nothing is kept
    for (int i = 0; i < 20; i++) {
      String refused = exchange(head + ("X: " + "a".repeat(8000) + "\r\n").repeat(500) + "\r\n");
      assertFalse(refused.contains(" 200 "), refused);
    }
  }

  @Test
  void whatIsNoHttpIsRefusedWithoutAStackTrace() throws Exception {
    for (String garbage : List.of(
        "\u0000\u0001\u0002\r\n\r\n",
        "GET /work\r\n\r\n",
        "GET //orders HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /work HTTP/1.1\r\nno colon\r\n\r\n",
        "POST /orders HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /orders HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) {
      String answer = exchange(garbage);
      assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
      assertFalse(answer.contains("\tat ") || answer.contains("cnkit"), answer);
    }
  }

  @Test
  void clientsThatSendDropByDropHoldUpNobodyAndAreCut() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        Socket socket = connect();
        slow.add(socket);
        String begun = i % 2 == 0
            ? "GET /work HTTP/1.1\r\nHos"
            : "POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{";
        socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      }
      assertOthersAreServed();
      for (Socket socket : slow) {
        socket.setSoTimeout(60_000);
        assertEquals(0, statusOf(socket), "cut without an answer, or told that it is too late");
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
    assertOthersAreServed();
  }

  @Test
  void tenThousandConnectionsHoldUpNobody() throws Exception {
    long descriptors = ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getMaxFileDescriptorCount();
    int count = (int) Math.min(10_000, descriptors - 1000);
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        idle.add(connect());
      }
      assertOthersAreServed();
      // and each of them is served when it wakes up
      for (int i = 0; i < count; i += 500) {
        Socket socket = idle.get(i);
        socket.setSoTimeout(30_000);
        socket
            .getOutputStream()
            .write("GET /work HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals(200, statusOf(socket));
      }
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
    assertOthersAreServed();
  }

  private static void assertOthersAreServed() throws Exception {
    for (int i = 0; i < 20; i++) {
      long begin = System.nanoTime();
      assertEquals(200, service.get(service.application("/work?ms=1")).statusCode());
      assertEquals(200, service.get(service.application("/livez")).statusCode());
      assertEquals(200, service.get(service.management("/readyz")).statusCode());
      long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      assertTrue(
          took < 5000, "others wait " + took + " ms"); // the slow ones are cut after ten seconds
    }
    assertTrue(post(ORDER).startsWith("HTTP/1.1 201 "));
  }

  /** A problem of RFC 9457 with the id of its trace and nothing of our inside. */
  private static void assertProblem(int status, String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 " + status + ' '), answer);
    assertTrue(answer.contains("\r\nContent-type: application/problem+json\r\n"), answer);
    JsonNode problem = ServiceProcess.json(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    assertEquals(status, problem.path("status").asInt());
    assertTrue(problem.path("trace_id").asText().matches("[0-9a-f]{32}"), answer);
    assertFalse(answer.contains("\tat ") || answer.contains("Exception"), answer);
  }

  private static String post(String body) throws IOException {
    return exchange("POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: "
        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
  }

  private static Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  /** What comes back, to the end of the announced body or of the connection. */
  private static String exchange(String request) throws IOException {
    try (Socket socket = connect()) {
      socket.setSoTimeout(30_000);
      StringBuilder answer = new StringBuilder();
      try {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        InputStream in = socket.getInputStream();
        int end = Integer.MAX_VALUE;
        for (int read = in.read(); read >= 0; read = in.read()) {
          answer.append((char) read);
          if (end == Integer.MAX_VALUE && answer.indexOf("\r\n\r\n") >= 0) {
            end = answer.length() + length(answer.toString());
          }
          if (answer.length() >= end) {
            break;
          }
        }
      } catch (IOException reset) {
        answer.append('<').append(reset.getMessage()).append('>');
      }
      return answer.toString();
    }
  }

  private static int length(String head) {
    return head.lines()
        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
        .mapToInt(
            line -> Integer.parseInt(line.substring("content-length:".length()).trim()))
        .findFirst()
        .orElse(0);
  }

  /** The status of the next answer, 0 if the connection ends. */
  private static int statusOf(Socket socket) throws IOException {
    try {
      byte[] line = socket.getInputStream().readNBytes(12);
      return line.length < 12
          ? 0
          : Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
    } catch (java.net.SocketException reset) {
      return 0;
    }
  }
}
