package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** The aggregate and the state around it, searched exhaustively over small bounds and compared with plain models. */
class AggregateTest {
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final long STALE_NANOS = 2 * PERIOD.toNanos();
  private static final Check NEVER_REGISTERED = check("never-registered", true);

  private static Check check(String name, boolean critical) {
    Check check = critical ? Check.critical(name, Verdict::up) : Check.optional(name, Verdict::up);
    return check.every(PERIOD).stalePeriods(2);
  }

  private static CheckEntry entry(boolean critical, Set<Probe> probes, HealthStatus status) {
    Observation seen = status == HealthStatus.UNKNOWN
        ? Observation.NONE
        : Observation.of(new Verdict(status, ""), 0, 0);
    CheckState state = new CheckState(status, 0, 0, 0, 1, 0, seen);
    return new CheckEntry(check("c", critical), probes, false, state);
  }

  /** Said once more, in words instead of ranks. */
  private static HealthStatus model(Probe probe, CheckEntry[] entries) {
    var counted = new ArrayList<HealthStatus>();
    for (CheckEntry entry : entries) {
      HealthStatus status = entry.state().status();
      if (!entry.probes().contains(probe)
          || (probe == Probe.LIVE && status == HealthStatus.UNKNOWN)) {
        continue;
      }
      boolean critical = entry.check().impact() == Impact.CRITICAL;
      counted.add(critical || status == HealthStatus.UP ? status : HealthStatus.DEGRADED);
    }
    for (HealthStatus worst :
        List.of(HealthStatus.DOWN, HealthStatus.UNKNOWN, HealthStatus.DEGRADED)) {
      if (counted.contains(worst)) {
        return worst;
      }
    }
    return HealthStatus.UP;
  }

  @Example
  void everySetOfUpToThreeChecksComesToWhatTheWordsSay() {
    var all = new ArrayList<CheckEntry>();
    for (boolean critical : new boolean[] {true, false}) {
      for (Set<Probe> probes :
          List.of(Set.of(Probe.LIVE), Set.of(Probe.READY), Set.of(Probe.STARTUP, Probe.READY))) {
        for (HealthStatus status : HealthStatus.values()) {
          all.add(entry(critical, probes, status));
        }
      }
    }
    int compared = 0;
    for (CheckEntry a : all) {
      for (CheckEntry b : all) {
        for (CheckEntry c : all) {
          CheckEntry[] entries = {a, b, c};
          for (Probe probe : Probe.values()) {
            assertEquals(model(probe, entries), Aggregate.of(probe, entries));
            boolean blamed = !Aggregate.causes(probe, entries).isEmpty();
            assertEquals(Aggregate.of(probe, entries) != HealthStatus.UP, blamed, "causes or up");
            compared++;
          }
        }
      }
    }
    assertEquals(24 * 24 * 24 * 3, compared);
    assertEquals(HealthStatus.UP, Aggregate.of(Probe.READY, new CheckEntry[0]));
  }

  @Example
  void worseIsAnOrder() {
    for (HealthStatus a : HealthStatus.values()) {
      assertEquals(a, Aggregate.worse(a, a));
      for (HealthStatus b : HealthStatus.values()) {
        assertEquals(Aggregate.worse(a, b), Aggregate.worse(b, a));
        for (HealthStatus c : HealthStatus.values()) {
          assertEquals(
              Aggregate.worse(Aggregate.worse(a, b), c), Aggregate.worse(a, Aggregate.worse(b, c)));
        }
      }
    }
  }

  @Example
  void aSecondCauseIsToldAlthoughTheVerdictStaysTheSame() {
    Check one = check("one", true).local();
    Check other = check("other", true).local();
    HealthState state = HealthState.EMPTY
        .add(one, EnumSet.of(Probe.LIVE), false)
        .add(other, EnumSet.of(Probe.LIVE), false)
        .observe(one, Observation.of(Verdict.down("stands still"), 0, 1))
        .judge();
    assertEquals(List.of("one"), state.probe(Probe.LIVE).causes());
    assertSame(state, state.judge(), "nothing has changed");
    state = state.observe(other, Observation.of(Verdict.down("too"), 0, 2)).judge();
    assertEquals(List.of("one", "other"), state.probe(Probe.LIVE).causes());
  }

  /** What can happen to a registry. */
  enum Move {
    OPEN,
    DRAIN,
    OUT,
    IN,
    CRITICAL_UP,
    CRITICAL_DOWN,
    OPTIONAL_DOWN,
    LOCAL_DOWN,
    LOCAL_UP,
    STARTUP_UP,
    STARTUP_DOWN,
    REMOVE_CRITICAL,
    /** As the watchdog does it: sweep, then judge. */
    TICK,
    /** Time goes by; nobody does anything. */
    TIME
  }

  /** One registry with a check of each kind, played step by step beside what the rules say in plain words. */
  private static final class Play {
    final Check critical = check("critical", true);
    final Check optional = check("optional", false);
    final Check local = check("local", true).local();
    final Check startup = check("startup", true);
    HealthState state = HealthState.EMPTY
        .add(critical, EnumSet.of(Probe.READY), false)
        .add(optional, EnumSet.of(Probe.READY), false)
        .add(local, EnumSet.of(Probe.LIVE), false)
        .add(startup, EnumSet.of(Probe.STARTUP), false);
    long now = Long.MAX_VALUE - 2 * STALE_NANOS;

    void move(Move move) {
      now++;
      state = switch (move) {
        case OPEN -> state.open();
        case DRAIN -> state.drain();
        case OUT -> state.outOfRotation(Optional.of("why"));
        case IN -> state.outOfRotation(Optional.empty());
        case CRITICAL_UP -> observe(critical, Verdict.up());
        case CRITICAL_DOWN -> observe(critical, Verdict.down(""));
        case OPTIONAL_DOWN -> observe(optional, Verdict.down(""));
        case LOCAL_DOWN -> observe(local, Verdict.down(""));
        case LOCAL_UP -> observe(local, Verdict.up());
        case STARTUP_UP -> observe(startup, Verdict.up());
        case STARTUP_DOWN -> observe(startup, Verdict.down(""));
        case REMOVE_CRITICAL -> state.remove(critical);
        case TICK -> state.sweep(now).judge();
        case TIME -> {
          now += STALE_NANOS;
          yield state;
        }
      };
    }

    private HealthState observe(Check check, Verdict verdict) {
      return state.observe(check, Observation.of(verdict, 0, now));
    }

    boolean answersReady() {
      return state.probe(Probe.READY).passing() && state.validForNanos(now) > 0;
    }
  }

  /** Every sequence of up to four moves after each of four beginnings: no rule is ever broken on the way. */
  @Example
  void noSequenceReachesAForbiddenState() {
    List<List<Move>> beginnings = List.of(
        List.of(),
        List.of(Move.OPEN),
        List.of(Move.OPEN, Move.STARTUP_UP, Move.CRITICAL_UP, Move.LOCAL_UP, Move.TICK),
        List.of(Move.OPEN, Move.STARTUP_UP, Move.CRITICAL_UP, Move.LOCAL_DOWN, Move.TICK));
    int paths = 0;
    for (List<Move> beginning : beginnings) {
      paths += explore(playAll(beginning), new ArrayList<>(beginning), 4);
    }
    assertEquals(4 * (14 + 14 * 14 + 14 * 14 * 14 + 14 * 14 * 14 * 14), paths);
  }

  /** A state is immutable, so each move of the tree is played and judged once, from where its path has led. */
  private static int explore(Play play, List<Move> path, int depth) {
    if (depth == 0) {
      return 0;
    }
    HealthState state = play.state;
    long now = play.now;
    int paths = 0;
    for (Move move : Move.values()) {
      path.add(move);
      play.state = state;
      play.now = now;
      playOne(play, move, path);
      paths += 1 + explore(play, path, depth - 1);
      path.remove(path.size() - 1);
    }
    return paths;
  }

  @Property
  void noLongHistoryReachesAForbiddenState(@ForAll @Size(max = 60) List<Move> history) {
    playAll(history);
  }

  private static Play playAll(List<Move> history) {
    var play = new Play();
    history.forEach(move -> playOne(play, move, history));
    return play;
  }

  private static void playOne(Play play, Move move, List<Move> history) {
    HealthState before = play.state;
    play.move(move);
    requireLegal(before, move, play, history);
  }

  private static void requireLegal(HealthState before, Move move, Play play, List<Move> history) {
    HealthState after = play.state;
    HealthReport report = HealthReport.of(after, play.now);
    boolean drained = before.gate() == Gate.DRAINING;
    if (drained) {
      assertEquals(Gate.DRAINING, after.gate(), () -> "left draining: " + history);
    }
    if (after.gate() != Gate.OPEN || report.outOfRotation().isPresent()) {
      assertFalse(after.probe(Probe.READY).passing(), () -> "ready behind a gate: " + history);
    }
    if (before.probe(Probe.STARTUP).passing()) {
      assertTrue(after.probe(Probe.STARTUP).passing(), () -> "started, then not: " + history);
    } else if (after.gate() != Gate.OPEN) {
      assertFalse(after.probe(Probe.STARTUP).passing(), () -> "started behind a gate: " + history);
    }
    if (after.gate() == Gate.DRAINING) {
      assertTrue(after.probe(Probe.LIVE).passing(), () -> "dead while draining: " + history);
    }
    if (move != Move.TICK && before.probe(Probe.LIVE).passing()) {
      assertTrue(after.probe(Probe.LIVE).passing(), () -> "only a tick may fail it: " + history);
    }
    if (!after.probe(Probe.STARTUP).passing()) {
      assertFalse(after.probe(Probe.READY).passing(), () -> "ready before started: " + history);
    }
    // what the prepared answer says until validUntil is what a fresh report says at that moment
    assertEquals(report.ready().passing(), play.answersReady(), () -> "stale: " + history);
    long valid = after.validForNanos(play.now);
    if (valid > 0 && valid < Long.MAX_VALUE && after.probe(Probe.READY).passing()) {
      assertTrue(HealthReport.of(after, play.now + valid - 1).ready().passing(), history::toString);
      assertFalse(HealthReport.of(after, play.now + valid).ready().passing(), history::toString);
    }
    if (after == before) {
      assertTrue(after.since(before).isEmpty());
    }
    assertSame(after, after.remove(NEVER_REGISTERED));
  }
}
