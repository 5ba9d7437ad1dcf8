package cnkit.health;

import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Cuts a report to what a request asked for. Pure functions. */
@Pure
final class Selection {
  private static final Comparator<CheckReport> WORST_FIRST =
      (a, b) -> Integer.compare(rank(a.effect()), rank(b.effect()));

  private Selection() {}

  /** A whole probe: the checks that are not up, or with {@code all} every one. */
  static Page probe(HealthReport report, Probe probe, boolean all, boolean details) {
    return probe(report, probe, check -> false, all, details, List.of());
  }

  /** A probe as if some of its checks were not there; what is not a check stays. */
  static Page probe(
      HealthReport report,
      Probe probe,
      Predicate<CheckReport> excluded,
      boolean all,
      boolean details,
      List<String> warnings) {
    ProbeReport told = report.probe(probe);
    var kept = new ArrayList<CheckReport>();
    boolean whole = true;
    for (CheckReport check : report.checks()) {
      if (check.probes().contains(probe)) {
        boolean keep = !excluded.test(check);
        whole &= keep;
        if (keep) {
          kept.add(check);
        }
      }
    }
    // liveness is the watchdog's to judge and startup has a memory: leaving out can only repair
    // them
    boolean asTold = whole || !told.notes().isEmpty() || (told.passing() && probe != Probe.READY);
    HealthStatus status = asTold ? told.status() : worst(kept, probe);
    if (!all) {
      kept.removeIf(check -> check.effect() == HealthStatus.UP);
    }
    kept.sort(WORST_FIRST);
    return new Page(
        probe.endpoint(), status.passes(), status, told.notes(), kept, warnings, details);
  }

  /** Some checks for themselves: neither gate nor rotation is asked. */
  static Page checks(String title, List<CheckReport> checks, Probe probe, boolean details) {
    var sorted = new ArrayList<>(checks);
    sorted.sort(WORST_FIRST);
    HealthStatus status = worst(checks, probe);
    return new Page(title, status.passes(), status, List.of(), sorted, List.of(), details);
  }

  private static int rank(HealthStatus effect) {
    return switch (effect) {
      case DOWN -> 0;
      case UNKNOWN -> 1;
      case DEGRADED -> 2;
      case UP -> 3;
    };
  }

  private static HealthStatus worst(List<CheckReport> checks, Probe probe) {
    HealthStatus worst = HealthStatus.UP;
    for (CheckReport check : checks) {
      worst =
          Aggregate.worse(worst, Aggregate.effect(check.check().impact(), check.status(), probe));
    }
    return worst;
  }
}
