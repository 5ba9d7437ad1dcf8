package cnkit.health;

import java.util.ArrayList;
import java.util.List;

/** What many checks come to for one probe. Pure functions. */
@Pure
final class Aggregate {
  private Aggregate() {}

  /** What one check does to its probe: a degrading one never makes it worse than degraded. */
  static Status effect(Impact impact, Status status) {
    if (impact == Impact.CRITICAL || status == Status.UP) {
      return status;
    }
    return Status.DEGRADED;
  }

  /** The worse of two: down, unknown, degraded, up. */
  static Status worse(Status a, Status b) {
    return rank(a) >= rank(b) ? a : b;
  }

  private static int rank(Status status) {
    return switch (status) {
      case UP -> 0;
      case DEGRADED -> 1;
      case UNKNOWN -> 2;
      case DOWN -> 3;
    };
  }

  static Status of(Probe probe, CheckEntry[] entries) {
    Status worst = Status.UP;
    for (CheckEntry entry : entries) {
      if (entry.probes().contains(probe)) {
        worst = worse(worst, effect(entry, probe));
      }
    }
    return worst;
  }

  /** The names of those that make the probe worse than up, in order of registration. */
  static List<String> causes(Probe probe, CheckEntry[] entries) {
    var causes = new ArrayList<String>();
    for (CheckEntry entry : entries) {
      if (entry.probes().contains(probe) && effect(entry, probe) != Status.UP) {
        causes.add(entry.check().name());
      }
    }
    return List.copyOf(causes);
  }

  private static Status effect(CheckEntry entry, Probe probe) {
    return effect(entry.check().impact(), entry.state().status(), probe);
  }

  /** The same for one probe: not knowing is no reason to restart, so liveness takes unknown for up. */
  static Status effect(Impact impact, Status status, Probe probe) {
    boolean forgiven = probe == Probe.LIVE && status == Status.UNKNOWN;
    return forgiven ? Status.UP : effect(impact, status);
  }
}
