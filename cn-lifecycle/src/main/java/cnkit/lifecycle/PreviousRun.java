package cnkit.lifecycle;

import cnkit.lifecycle.process.TerminationMessage;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the process before this one ended, as its marker tells.
 *
 * @param outcome how it ended; empty when it did not come to its end, because it was killed or crashed
 * @param phase where it was last seen: {@code running}, or the phase of its start or shutdown
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
