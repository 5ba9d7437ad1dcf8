package cnkit.health;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The state of one probe, and the reasons for it.
 *
 * @param probe the probe
 * @param passing whether the answer is 200
 * @param status the worst status of its checks; {@link HealthStatus#DOWN} if the gate or the rotation makes it fail
 * @param notes reasons other than checks for which it fails: {@code starting}, {@code startup checks},
 *     {@code draining}, {@code out of rotation}
 * @param causes names of the checks that make its status worse than up, in order of registration
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
