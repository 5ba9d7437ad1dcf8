package cnkit.examples.embedding;

import java.io.IOException;
import java.util.Map;

/** One connection after the other, as the server says. It never tries again: whatever fails, the law sees. */
public interface Client extends AutoCloseable {
  /**
   * What came back.
   *
   * @param headers by lower-case name
   * @param leave whether the server asked to close this connection
   */
  record Reply(int status, Map<String, String> headers, String body, boolean leave) {}

  /** Asks and waits. */
  Reply get(String target, Map<String, String> headers) throws IOException;

  /** Asks without headers of its own. */
  default Reply get(String target) throws IOException {
    return get(target, Map.of());
  }

  /** Asks and does not wait. */
  void send(String target) throws IOException;

  /** Goes away without a word: a reset, not an orderly close. */
  void reset() throws IOException;

  /** Whether the server closed the connection, waited for. */
  boolean closedByServer() throws IOException;

  @Override
  void close() throws IOException;
}
