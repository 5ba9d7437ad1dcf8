package cnkit.examples.embedding;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * HTTP/1.1 on a bare socket: keeps the connection until it is told to leave, then asks on a new one; replays nothing, can
 * reset.
 */
final class RawClient implements Client {
  private static final int PATIENCE_MILLIS = 30_000;

  private Socket socket;
  private InputStream in;
  private boolean leaving;

  RawClient(int port) throws IOException {
    socket = connect(port);
    in = new BufferedInputStream(socket.getInputStream());
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    return socket;
  }

  @Override
  public Reply get(String target, Map<String, String> headers) throws IOException {
    if (leaving) {
      socket.close();
      socket = connect(socket.getPort());
      in = new BufferedInputStream(socket.getInputStream());
    }
    write(target, headers);
    String status = line();
    if (!status.startsWith("HTTP/1.1 ")) {
      throw new IOException("expected an HTTP/1.1 status line, got " + status);
    }
    Map<String, String> answered = new TreeMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      answered.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip());
    }
    leaving = "close".equalsIgnoreCase(answered.getOrDefault("connection", ""));
    String body = new String(body(answered), UTF_8);
    return new Reply(Integer.parseInt(status.substring(9, 12)), answered, body, leaving);
  }

  @Override
  public void send(String target) throws IOException {
    write(target, Map.of());
  }

  @Override
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public boolean closedByServer() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException stillOpen) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void write(String target, Map<String, String> headers) throws IOException {
    StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n");
    headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
    socket.getOutputStream().write(request.append("\r\n").toString().getBytes(ISO_8859_1));
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if (headers.containsKey("content-length")) {
      return bytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }
    if (!"chunked".equals(headers.get("transfer-encoding"))) {
      return leaving ? in.readAllBytes() : new byte[0];
    }
    var whole = new ByteArrayOutputStream();
    for (int size = chunk(); size > 0; size = chunk()) {
      whole.write(bytes(size));
      line();
    }
    line();
    return whole.toByteArray();
  }

  private int chunk() throws IOException {
    return Integer.parseInt(line().strip(), 16);
  }

  private byte[] bytes(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the connection ended inside a body");
    }
    return bytes;
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection ended after \"" + line + '"');
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }
}
