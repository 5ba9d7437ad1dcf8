package cnkit.lifecycle;

/** The only place that ends the JVM without asking it. */
final class Halt {
  private Halt() {}

  static void now(ShutdownOutcome outcome) {
    Runtime.getRuntime().halt(outcome.exitCode());
  }
}
