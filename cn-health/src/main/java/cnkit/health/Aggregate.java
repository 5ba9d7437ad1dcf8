package cnkit.health;

import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.List;

/** What many checks come to for one probe. Pure functions. */
@Pure
final class Aggregate {
  private Aggregate() {}

  /** What one check does to its probe: a optional one never makes it worse than degraded. */
  static HealthStatus effect(Impact impact, HealthStatus status) {
    if (impact == Impact.CRITICAL || status == HealthStatus.UP) {
      return status;
    }
    return HealthStatus.DEGRADED;
  }

  /** The worse of two: down, unknown, degraded, up. */
  static HealthStatus worse(HealthStatus a, HealthStatus b) {
    return rank(a) >= rank(b) ? a : b;
  }

  private static int rank(HealthStatus status) {
    return switch (status) {
      case UP -> 0;
      case DEGRADED -> 1;
      case UNKNOWN -> 2;
      case DOWN -> 3;
    };
  }

  static HealthStatus of(Probe probe, CheckEntry[] entries) {
    HealthStatus worst = HealthStatus.UP;
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
      if (entry.probes().contains(probe) && effect(entry, probe) != HealthStatus.UP) {
        causes.add(entry.check().name());
      }
    }
    return List.copyOf(causes);
  }

  private static HealthStatus effect(CheckEntry entry, Probe probe) {
    return effect(entry.check().impact(), entry.state().status(), probe);
  }

  /** The same for one probe: not knowing is no reason to restart, so liveness takes unknown for up. */
  static HealthStatus effect(Impact impact, HealthStatus status, Probe probe) {
    boolean forgiven = probe == Probe.LIVE && status == HealthStatus.UNKNOWN;
    return forgiven ? HealthStatus.UP : effect(impact, status);
  }
}
