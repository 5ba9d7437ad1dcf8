package cnkit.lifecycle.process;

import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What around this process will keep a shutdown from working, told at the start and not at the end. */
@Pure
final class Diagnosis {
  private static final Set<String> SHELLS =
      Set.of("sh", "bash", "dash", "ash", "ksh", "zsh", "busybox");
  private static final int SIGTERM = 15;

  private Diagnosis() {}

  /**
   * What was found.
   *
   * @param pid our own
   * @param parent our parent's
   * @param parentName its command, without its folder
   * @param ignored the mask of ignored signals, as the kernel writes it: hexadecimal, signal 1 is the lowest bit; empty when
   *     unknown
   * @param hearsSignals whether our own handlers are in place
   * @param hooks libraries with a shutdown hook of their own that is on
   */
  record Facts(
      long pid,
      long parent,
      String parentName,
      String ignored,
      boolean hearsSignals,
      List<String> hooks) {
    Facts {
      hooks = List.copyOf(hooks);
    }
  }

  /** One sentence each: what is wrong, and what to type. */
  static List<String> warnings(Facts facts) {
    var warnings = new ArrayList<String>();
    if (facts.pid() != 1
        && facts.parent() == 1
        && SHELLS.contains(facts.parentName().toLowerCase(Locale.ROOT))) {
      warnings.add("process 1 is the shell " + facts.parentName()
          + ", which does not forward SIGTERM: this process will be killed without a shutdown; start it with exec, "
          + "or write CMD [\"java\", ...] in the image's exec form");
    }
    if (ignores(facts.ignored(), SIGTERM)) {
      warnings.add(
          "SIGTERM is ignored in this process, so nobody can ask for its end: it was started under "
              + "trap '' TERM or by a supervisor that ignores it");
    }
    if (!facts.hearsSignals()) {
      // where we hear the signal ourselves, our work is over before any hook runs
      warnings.addAll(facts.hooks());
    }
    return List.copyOf(warnings);
  }

  static boolean ignores(String mask, int signal) {
    if (mask.isEmpty()) {
      return false;
    }
    try {
      return (Long.parseUnsignedLong(mask, 16) >>> (signal - 1) & 1) != 0;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
