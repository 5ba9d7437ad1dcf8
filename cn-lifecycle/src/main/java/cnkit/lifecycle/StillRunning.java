package cnkit.lifecycle;

import java.util.List;

/** A stop is over as far as it goes, but what it has named still runs. */
final class StillRunning extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Unfinished> unfinished;

  StillRunning(String message, List<Unfinished> unfinished) {
    super(message);
    this.unfinished = List.copyOf(unfinished);
  }

  List<Unfinished> unfinished() {
    return unfinished;
  }
}
