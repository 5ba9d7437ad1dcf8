package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** What a test needs of the machine. */
final class Machine {
  private Machine() {}

  /** Skips the test where this command does not run; with {@code cn.require} that is a failure. */
  static void needs(String... command) throws InterruptedException {
    boolean there;
    try {
      Process process = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
      there = process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      there = false;
    }
    String what = String.join(" ", command) + " does not run here";
    if (!there && Boolean.getBoolean("cn.require")) {
      fail(what);
    }
    Assumptions.assumeTrue(there, what);
  }
}
