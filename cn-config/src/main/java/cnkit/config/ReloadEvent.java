package cnkit.config;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** What happened to reloadable settings. Events show values as {@link Config#dump()} does: secrets are masked. */
public sealed interface ReloadEvent {

  /**
   * The settings in effect when a listener is added; always its first event.
   *
   * @param fingerprint of the effective settings
   * @param refused the problems of the files as they are now; empty if the files are in effect
   */
  record Current(String fingerprint, List<Problem> refused) implements ReloadEvent {
    public Current {
      requireNonNull(fingerprint, "fingerprint");
      refused = List.copyOf(refused);
    }
  }

  /**
   * New settings are in effect.
   *
   * @param fingerprint of the effective settings
   * @param changes what changed, in the order of the schema; empty if rejected files were changed back
   * @param waiting {@link RestartOnly} settings whose new values are not in effect
   */
  record Applied(String fingerprint, List<Change> changes, List<Change> waiting)
      implements ReloadEvent {
    public Applied {
      requireNonNull(fingerprint, "fingerprint");
      changes = List.copyOf(changes);
      waiting = List.copyOf(waiting);
    }
  }

  /**
   * The files changed, but their settings were rejected. The last valid settings stay in effect.
   *
   * @param problems all problems, as at start-up
   */
  record Refused(List<Problem> problems) implements ReloadEvent {
    public Refused {
      problems = List.copyOf(problems);
    }
  }

  /**
   * A listener was too slow: its oldest events were dropped.
   *
   * @param count how many, at least one
   */
  record EventsDropped(long count) implements ReloadEvent {}

  /**
   * One changed setting.
   *
   * @param path the setting
   * @param before its value until now, masked if it is a secret; {@code (not set)} if there was none
   * @param after its new value, shown in the same way
   * @param from the origin of the new value; the origin of the old value if there is no new one
   */
  record Change(String path, String before, String after, Origin from) {
    public Change {
      requireNonNull(path, "path");
      requireNonNull(before, "before");
      requireNonNull(after, "after");
      requireNonNull(from, "from");
    }

    @Override
    public String toString() {
      return path + "  " + before + " -> " + after + "  " + from;
    }
  }
}
