package cnkit.health;

import cnkit.core.internal.Pure;
import java.util.Set;

/**
 * A registered check and what is known of it.
 *
 * @param check what was registered
 * @param probes which probes it belongs to
 * @param remoteForLiveness whether a remote check was let into liveness by name
 * @param state what is known
 */
@Pure
record CheckEntry(Check check, Set<Probe> probes, boolean remoteForLiveness, CheckState state) {
  @SuppressWarnings("ReferenceEquality") // a step that changes nothing returns what it was given
  CheckEntry with(CheckState next) {
    return next == state ? this : new CheckEntry(check, probes, remoteForLiveness, next);
  }

  boolean isCritical() {
    return check.impact() == Impact.CRITICAL;
  }

  boolean isCriticalFor(Probe probe) {
    return isCritical() && probes.contains(probe);
  }
}
