package cnkit.lifecycle;

import java.util.Optional;

/**
 * How the process before this one ended, as its marker tells.
 *
 * @param outcome how it ended; empty when it did not come to its end, because it was killed or crashed
 * @param phase where it was last seen: {@code running}, or the phase of its start or shutdown
 * @param summary a line for people
 */
public record PreviousRun(Optional<ShutdownOutcome> outcome, String phase, String summary) {}
