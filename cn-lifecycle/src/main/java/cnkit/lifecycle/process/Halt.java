package cnkit.lifecycle.process;

/** The only place that ends the JVM without running its shutdown hooks. */
final class Halt {
  private Halt() {}

  static void now(int exitCode) {
    Runtime.getRuntime().halt(exitCode);
  }
}
