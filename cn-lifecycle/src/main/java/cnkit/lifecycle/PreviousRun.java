package cnkit.lifecycle;

import cnkit.lifecycle.process.TerminationMessage;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the previous process ended, according to its marker file.
 *
 * @param outcome how it ended; empty if it was killed or crashed before its end
 * @param phase its last known phase: {@code running}, or the phase of its start or shutdown
 * @param summary a line for people
 */
public record PreviousRun(Optional<ShutdownOutcome> outcome, String phase, String summary) {
  static PreviousRun of(TerminationMessage.Marker marker) {
    return new PreviousRun(
        Stream.of(ShutdownOutcome.values())
            .filter(outcome -> outcome.name().equals(marker.outcome()))
            .findFirst(),
        marker.phase(),
        marker.summary());
  }
}
