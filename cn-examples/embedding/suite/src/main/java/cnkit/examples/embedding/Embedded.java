package cnkit.examples.embedding;

/** A server with the kit's glue and the application in it; started once. */
public interface Embedded {
  /**
   * Listens on a free port of loopback.
   *
   * @return the port
   */
  int start(App app) throws Exception;

  /** Takes nothing new any more, where the server has a way of its own to say so. */
  default void leave() throws Exception {}

  /** Closes the port at once: what was in flight has been waited for by then. */
  void stop() throws Exception;
}
