package cnkit.health;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What one probe is told, and why.
 *
 * @param probe which
 * @param passing whether it answers 200
 * @param status the worst of its checks; {@link HealthStatus#DOWN} when the gate or the rotation keeps it from passing
 * @param notes what is not a check and keeps it from passing: {@code starting}, {@code startup checks},
 *     {@code draining}, {@code out of rotation}
 * @param causes names of the checks that make it worse than up, in order of registration
 */
public record ProbeReport(
    Probe probe, boolean passing, HealthStatus status, List<String> notes, List<String> causes) {
  /** Copies the lists. */
  public ProbeReport {
    requireNonNull(probe, "probe");
    requireNonNull(status, "status");
    notes = List.copyOf(notes);
    causes = List.copyOf(causes);
  }
}
