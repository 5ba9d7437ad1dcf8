package cnkit.health;

import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything there is to know, as one immutable value; each method is a pure step to the next one and returns this
 * when nothing changed. The three probe reports are kept because two of them have a memory: the startup probe never
 * goes back, and the live probe changes only when the watchdog judges it.
 */
@Pure
@SuppressWarnings("ReferenceEquality") // a step that changes nothing returns what it was given
final class HealthState {
  private static final ProbeReport ALIVE =
      new ProbeReport(Probe.LIVE, true, HealthStatus.UP, List.of(), List.of());

  static final HealthState EMPTY =
      new HealthState(new CheckEntry[0], Gate.STARTING, false, Optional.empty(), ALIVE, 0, 0, null);

  private final CheckEntry[] entries;
  private final Gate gate;
  private final boolean started;
  private final Optional<String> outOfRotation;
  private final ProbeReport live;
  private final ProbeReport ready;
  private final ProbeReport startup;
  private final long pauses;
  private final long pausedNanos;

  /** @param alike a state with the same gate and the same statuses, whose probe reports still hold */
  private HealthState(
      CheckEntry[] entries,
      Gate gate,
      boolean started,
      Optional<String> outOfRotation,
      ProbeReport live,
      long pauses,
      long pausedNanos,
      @Nullable HealthState alike) {
    this.entries = entries;
    this.gate = gate;
    this.outOfRotation = outOfRotation;
    this.live = live;
    this.pauses = pauses;
    this.pausedNanos = pausedNanos;
    if (alike != null) {
      this.started = alike.started;
      this.ready = alike.ready;
      this.startup = alike.startup;
    } else {
      HealthStatus startStatus = Aggregate.of(Probe.STARTUP, entries);
      this.started = started || (gate == Gate.OPEN && startStatus.passes());
      this.startup = startupReport(startStatus);
      this.ready = readyReport();
    }
  }

  private ProbeReport startupReport(HealthStatus status) {
    if (started) {
      // its checks are history: the probe stays as it was when it opened
      return new ProbeReport(Probe.STARTUP, true, HealthStatus.UP, List.of(), List.of());
    }
    List<String> notes = gate == Gate.OPEN ? List.of() : List.of(note(gate));
    HealthStatus told = notes.isEmpty() ? status : HealthStatus.DOWN;
    return new ProbeReport(
        Probe.STARTUP, false, told, notes, Aggregate.causes(Probe.STARTUP, entries));
  }

  private ProbeReport readyReport() {
    var notes = new ArrayList<String>();
    if (gate != Gate.OPEN) {
      notes.add(note(gate));
    } else if (!started) {
      notes.add("startup checks");
    }
    if (outOfRotation.isPresent()) {
      notes.add("out of rotation");
    }
    HealthStatus status = notes.isEmpty() ? Aggregate.of(Probe.READY, entries) : HealthStatus.DOWN;
    List<String> causes = Aggregate.causes(Probe.READY, entries);
    return new ProbeReport(Probe.READY, status.passes(), status, notes, causes);
  }

  private static String note(Gate gate) {
    return gate == Gate.STARTING ? "starting" : "draining";
  }

  HealthState open() {
    return withGate(gate.open());
  }

  /** Not ready, and never again; alive to the end, since nothing that stops from here on is a stall. */
  HealthState drain() {
    return withGate(gate.drain());
  }

  private HealthState withGate(Gate to) {
    if (to == gate) {
      return this;
    }
    ProbeReport alive = to == Gate.DRAINING ? ALIVE : live;
    return new HealthState(entries, to, started, outOfRotation, alive, pauses, pausedNanos, null);
  }

  HealthState outOfRotation(Optional<String> reason) {
    return reason.equals(outOfRotation)
        ? this
        : new HealthState(entries, gate, started, reason, live, pauses, pausedNanos, null);
  }

  HealthState add(Check check, Set<Probe> probes, boolean remoteForLiveness) {
    CheckEntry[] more = Arrays.copyOf(entries, entries.length + 1);
    more[entries.length] = new CheckEntry(check, probes, remoteForLiveness, CheckState.INITIAL);
    return withEntries(more);
  }

  HealthState remove(Check check) {
    int index = indexOf(check);
    if (index < 0) {
      return this;
    }
    var fewer = new ArrayList<>(Arrays.asList(entries));
    fewer.remove(index);
    return withEntries(fewer.toArray(CheckEntry[]::new));
  }

  /** One more run of a check; nothing when it was removed meanwhile. */
  HealthState observe(Check check, Observation seen) {
    int index = indexOf(check);
    if (index < 0) {
      return this;
    }
    CheckEntry before = entries[index];
    CheckEntry after = before.with(before.state().next(check.rules(), seen));
    CheckEntry[] changed = entries.clone();
    changed[index] = after;
    boolean alike = after.state().looksLike(before.state());
    return new HealthState(
        changed, gate, started, outOfRotation, live, pauses, pausedNanos, alike ? this : null);
  }

  /** Turns into unknown what is too old by now. */
  HealthState sweep(long nowNanos) {
    CheckEntry[] swept = asOf(nowNanos);
    return swept == entries ? this : withEntries(swept);
  }

  /** The watchdog's judgement; nothing else makes liveness fail. */
  HealthState judge() {
    if (gate == Gate.DRAINING) {
      return this;
    }
    HealthStatus status = Aggregate.of(Probe.LIVE, entries);
    List<String> causes = Aggregate.causes(Probe.LIVE, entries);
    // not the record's own equals, whose first call costs a start milliseconds
    if (status == live.status() && causes.equals(live.causes())) {
      return this;
    }
    var judged = new ProbeReport(Probe.LIVE, status.passes(), status, List.of(), causes);
    return new HealthState(
        entries, gate, started, outOfRotation, judged, pauses, pausedNanos, this);
  }

  HealthState paused(long nanos) {
    return new HealthState(
        entries, gate, started, outOfRotation, live, pauses + 1, pausedNanos + nanos, this);
  }

  private HealthState withEntries(CheckEntry[] changed) {
    return new HealthState(changed, gate, started, outOfRotation, live, pauses, pausedNanos, null);
  }

  private CheckEntry[] asOf(long nowNanos) {
    CheckEntry[] swept = entries;
    for (int i = 0; i < entries.length; i++) {
      CheckEntry entry = entries[i];
      CheckEntry aged = entry.with(entry.state().asOf(entry.check().rules(), nowNanos));
      if (aged != entry) {
        if (swept == entries) {
          swept = entries.clone();
        }
        swept[i] = aged;
      }
    }
    return swept;
  }

  boolean has(Check check) {
    return indexOf(check) >= 0;
  }

  /** @param hint where it was the last time: nearly always where it still is */
  private int indexOf(Check check, int hint) {
    return hint < entries.length && entries[hint].check() == check ? hint : indexOf(check);
  }

  private int indexOf(Check check) {
    for (int i = 0; i < entries.length; i++) {
      if (entries[i].check() == check) {
        return i;
      }
    }
    return -1;
  }

  /** How long from now until the readiness that was published must not be told any more; at least 0. */
  long validForNanos(long nowNanos) {
    long least = Long.MAX_VALUE;
    if (ready.passing()) {
      for (CheckEntry entry : entries) {
        if (entry.state().ages() && entry.isCriticalFor(Probe.READY)) {
          long left = entry.check().rules().staleNanos()
              - (nowNanos - entry.state().last().atNanos());
          least = Math.min(least, left);
        }
      }
    }
    return Math.max(least, 0);
  }

  /** Whether a reader of names and states sees no difference. */
  boolean looksLike(HealthState other) {
    return ready == other.ready
        && startup == other.startup
        && live == other.live
        && gate == other.gate
        && outOfRotation.equals(other.outOfRotation)
        && entries.length == other.entries.length;
  }

  /** What a listener has to be told of the way from another state to this one. */
  List<HealthEvent> since(HealthState before) {
    var events = new ArrayList<HealthEvent>();
    var added = new ArrayList<String>();
    for (int i = 0; i < entries.length; i++) {
      CheckEntry entry = entries[i];
      int index = before.indexOf(entry.check(), i);
      if (index < 0) {
        added.add(entry.check().name());
      } else if (entry.state().status() != before.entries[index].state().status()) {
        events.add(changed(before.entries[index].state().status(), entry));
      }
    }
    var removed = new ArrayList<String>();
    for (int i = 0; i < before.entries.length; i++) {
      CheckEntry entry = before.entries[i];
      if (indexOf(entry.check(), i) < 0) {
        removed.add(entry.check().name());
      }
    }
    if (!added.isEmpty() || !removed.isEmpty()) {
      events.add(0, new HealthEvent.ChecksChanged(added, removed));
    }
    if (gate != before.gate) {
      events.add(new HealthEvent.GateChanged(before.gate, gate));
    }
    if (!outOfRotation.equals(before.outOfRotation)) {
      events.add(new HealthEvent.RotationChanged(outOfRotation));
    }
    for (Probe probe : Probe.values()) {
      ProbeReport was = before.probe(probe);
      ProbeReport is = probe(probe);
      if (was.passing() != is.passing() || was.status() != is.status()) {
        events.add(new HealthEvent.ProbeChanged(was, is));
      }
    }
    return events;
  }

  private static HealthEvent changed(HealthStatus from, CheckEntry entry) {
    Observation last = entry.state().last();
    return new HealthEvent.CheckChanged(
        entry.check().name(),
        entry.check().impact(),
        from,
        entry.state().status(),
        last.outcome(),
        last.reason(),
        Optional.ofNullable(last.cause()));
  }

  /** Why it was taken out of rotation. */
  Optional<String> outOfRotation() {
    return outOfRotation;
  }

  long pauses() {
    return pauses;
  }

  long pausedNanos() {
    return pausedNanos;
  }

  ProbeReport probe(Probe probe) {
    return switch (probe) {
      case LIVE -> live;
      case READY -> ready;
      case STARTUP -> startup;
    };
  }

  /** For the shell's eyes only: never changed after publication. */
  CheckEntry[] entries() {
    return entries;
  }

  Gate gate() {
    return gate;
  }
}
