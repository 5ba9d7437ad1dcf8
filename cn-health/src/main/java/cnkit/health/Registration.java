package cnkit.health;

import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Whether a check may join a registry. */
@Pure
final class Registration {
  private Registration() {}

  /** Everything that speaks against it, each with its remedy; empty when nothing does. */
  static List<String> problems(
      HealthState state,
      Check check,
      Set<Probe> probes,
      Set<String> groups,
      Set<String> remoteForLiveness) {
    var problems = new ArrayList<String>();
    String name = check.name();
    for (CheckEntry other : state.entries()) {
      if (other.check().name().equalsIgnoreCase(name)) {
        problems.add(name + ": the name is taken: " + check + " and " + other.check()
            + "; rename one of them");
      }
    }
    if (groups.contains(name.toLowerCase(Locale.ROOT))) {
      problems.add(name + ": is also the name of a group; rename one of them");
    }
    if (probes.isEmpty()) {
      problems.add(name + ": belongs to no probe; name at least one");
    }
    boolean remote = !check.isLocal() && !remoteForLiveness.contains(name.toLowerCase(Locale.ROOT));
    if (remote && probes.contains(Probe.LIVE)) {
      problems.add(name
          + ": a remote check in liveness restarts every instance when the remote side fails;"
          + " use .check(…), say .local() if it looks at this process only,"
          + " or insist with remoteForLiveness(\"" + name + "\")");
    }
    if (check.heartbeat() == null && check.timeout().compareTo(check.period()) > 0) {
      problems.add(name + ": timeout " + check.timeout() + " is longer than the period "
          + check.period() + "; shorten one or lengthen the other");
    }
    return problems;
  }
}
