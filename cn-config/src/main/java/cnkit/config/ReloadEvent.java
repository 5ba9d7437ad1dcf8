package cnkit.config;

import static java.util.Objects.requireNonNull;

import java.util.List;

/** What happened to reloaded settings. Values in events are shown as {@link Config#dump()} shows them, secrets redacted. */
public sealed interface ReloadEvent {

  /**
   * What is in effect when a listener joins; always its first event.
   *
   * @param fingerprint of the effective settings
   * @param refused what is wrong with the files as they are now; empty when they are in effect
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
   * @param changes what changed, in the order of the schema; empty when refused files were put back
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
   * The files changed, but what they say is refused; the last good settings stay in effect.
   *
   * @param problems everything that is wrong, as at a start
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
   * @param before its value until now, redacted if it is secret; {@code (not set)} for none
   * @param after its new value, likewise
   * @param from where the new value stands; where the old one stood when there is no new one
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
