package cnkit.core.internal;

/**
 * The points at which a test may suspend a thread: before each access to shared state that {@link AtomicState},
 * {@link AtomicWord}, {@link AtomicWords} and {@link Once} make. A search of interleavings installs itself here and
 * so schedules the real classes. Outside of tests this is a constant condition, which the JIT compiler removes.
 */
public final class Turns {
  private static final boolean SEARCHED = Boolean.getBoolean("cnkit.core.turns");
  private static volatile Runnable turn = () -> {};

  private Turns() {}

  /** Has the given code run before each access, on the thread that makes it. For one test at a time. */
  public static void install(Runnable everyAccess) {
    if (!SEARCHED) {
      throw new IllegalStateException("start the JVM with -Dcnkit.core.turns=true");
    }
    turn = everyAccess;
  }

  /** Ends what {@link #install} began. */
  public static void remove() {
    turn = () -> {};
  }

  static void take() {
    if (SEARCHED) {
      turn.run();
    }
  }
}
