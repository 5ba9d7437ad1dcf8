package cnkit.resilience;

import static java.time.Duration.ofNanos;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cnkit.core.Subscription;
import cnkit.resilience.Breaker.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random histories of a breaker beside the plainest program that could be right: lists, no words, no epochs in one object. */
class BreakerModelTest {
  private static final long OPEN = 10;
  private static final long LEASE = 25;
  private static final int SILENT = 3;

  /** One step of a history; {@code pick} chooses among the calls that are out. */
  record Step(What what, int pick) {}

  enum What {
    CALL,
    SUCCESS,
    FAILURE,
    NEUTRAL,
    NOT_SENT,
    WAIT,
    FORCE_OPEN,
    FORCE_CLOSED,
    METRICS_ONLY,
    DISABLE,
    RESET
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<What> what = Arbitraries.frequency(
        Tuple.of(30, What.CALL),
        Tuple.of(14, What.SUCCESS),
        Tuple.of(12, What.FAILURE),
        Tuple.of(4, What.NEUTRAL),
        Tuple.of(3, What.NOT_SENT),
        Tuple.of(14, What.WAIT),
        Tuple.of(1, What.FORCE_OPEN),
        Tuple.of(1, What.FORCE_CLOSED),
        Tuple.of(1, What.METRICS_ONLY),
        Tuple.of(1, What.DISABLE),
        Tuple.of(2, What.RESET));
    return what.flatMap(w -> Arbitraries.integers().between(0, 20).map(pick -> new Step(w, pick)))
        .list()
        .ofMaxSize(300);
  }

  @Property
  void everyHistoryOfAWordIsTheModels(@ForAll("histories") List<Step> history) {
    check(BreakerSettings.countWindow(6).withMinimumCalls(3).withFailureRate(0.5), 6, history);
  }

  @Property
  void everyHistoryOfARingIsTheModels(@ForAll("histories") List<Step> history) {
    check(BreakerSettings.countWindow(63).withMinimumCalls(3).withFailureRate(0.6), 63, history);
  }

  @Property
  void everyHistoryOfARowOfFailuresIsTheModels(@ForAll("histories") List<Step> history) {
    check(BreakerSettings.consecutive(2), 2, history);
  }

  private static void check(BreakerSettings settings, int size, List<Step> history) {
    long[] clock = {Long.MAX_VALUE - 20}; // it wraps inside most histories
    Breaker breaker = Breaker.of(
        "b",
        settings
            .withOpenTime(ofNanos(OPEN))
            .withMaxOpenTime(ofNanos(2 * OPEN))
            .withOpenJitter(0)
            .withProbes(3, 2)
            .withProbeLease(ofNanos(LEASE))
            .withInconclusiveProbes(SILENT),
        TestTime.reading(() -> clock[0]));
    List<State> told = new ArrayList<>();
    Subscription unused = breaker.subscribe(event -> {
      if (event instanceof BreakerEvent.Changed changed) {
        told.add(changed.to());
      }
    });
    Model model = new Model(size, settings.minimumCalls(), settings.failureRate());
    List<Breaker.Permit> permits = new ArrayList<>();
    List<Model.Call> calls = new ArrayList<>();
    for (Step step : history) {
      switch (step.what) {
        case CALL -> {
          Optional<Breaker.Permit> permit = breaker.tryAcquire();
          Optional<Model.Call> call = model.call();
          assertEquals(call.isPresent(), permit.isPresent(), () -> step + " in " + history);
          permit.ifPresent(permits::add);
          call.ifPresent(calls::add);
        }
        case SUCCESS, FAILURE, NEUTRAL, NOT_SENT -> {
          if (!permits.isEmpty()) {
            int index = step.pick % permits.size();
            Handling handling = Handling.valueOf(step.what.name());
            assertEquals(
                model.result(calls.remove(index), handling)
                    ? Completion.RECORDED
                    : Completion.STALE,
                permits.remove(index).complete(handling),
                () -> step + " in " + history);
          }
        }
        case WAIT -> {
          clock[0] += step.pick;
          model.now += step.pick;
        }
        case FORCE_OPEN -> {
          breaker.forceOpen();
          model.go(State.FORCED_OPEN);
        }
        case FORCE_CLOSED -> {
          breaker.forceClosed();
          model.go(State.FORCED_CLOSED);
        }
        case METRICS_ONLY -> {
          breaker.metricsOnly();
          model.go(State.METRICS_ONLY);
        }
        case DISABLE -> {
          breaker.disable();
          model.go(State.DISABLED);
        }
        case RESET -> {
          breaker.reset();
          model.opensInARow = 0;
          model.go(State.CLOSED);
        }
      }
      Breaker.Snapshot snapshot = breaker.snapshot();
      assertEquals(model.effective(), snapshot.state(), () -> step + " in " + history);
      assertEquals(snapshot.state(), breaker.state());
      assertEquals(model.window.size(), snapshot.calls(), () -> step + " in " + history);
      assertEquals(
          model.window.stream().filter(bad -> bad).count(),
          snapshot.failures(),
          () -> step + " in " + history);
      assertEquals(model.events, told, () -> step + " in " + history);
    }
  }

  /** A breaker as one would tell it. */
  private static final class Model {
    /** A call that was let through, and the era in which that was. */
    static final class Call {
      final int period;
      long expires = Long.MAX_VALUE;

      Call(int period) {
        this.period = period;
      }
    }

    final int size;
    final int minimum;
    final double rate;
    final List<State> events = new ArrayList<>();
    final List<Boolean> window = new ArrayList<>();
    final List<Call> probes = new ArrayList<>();
    State state = State.CLOSED;
    int period;
    long now;
    long openedAt;
    int opensInARow;
    int seen;
    int good;
    int bad;
    int silent;

    Model(int size, int minimum, double rate) {
      this.size = size;
      this.minimum = minimum;
      this.rate = rate;
    }

    long openTime() {
      return Math.min(2 * OPEN, OPEN << Math.min(10, opensInARow - 1));
    }

    State effective() {
      return state == State.OPEN && now - openedAt >= openTime() ? State.HALF_OPEN : state;
    }

    void go(State to) {
      if (to != State.OPEN && to != State.HALF_OPEN && to != State.CLOSED) {
        opensInARow = 0;
      }
      state = to;
      period++;
      window.clear();
      probes.clear();
      seen = 0;
      good = 0;
      bad = 0;
      silent = 0;
      openedAt = now;
      events.add(to);
    }

    Optional<Call> call() {
      if (effective() == State.HALF_OPEN && state == State.OPEN) {
        go(State.HALF_OPEN);
      }
      if (state == State.OPEN || state == State.FORCED_OPEN) {
        return Optional.empty();
      }
      Call call = new Call(period);
      if (state == State.HALF_OPEN) {
        silent += (int) probes.stream().filter(p -> now >= p.expires).count();
        probes.removeIf(p -> now >= p.expires);
        if (silent >= SILENT) {
          opensInARow++;
          go(State.OPEN);
          return Optional.empty();
        }
        if (probes.size() + good + bad >= 3) {
          return Optional.empty();
        }
        call.expires = now + LEASE;
        probes.add(call);
      }
      return Optional.of(call);
    }

    /** Whether it counted. */
    boolean result(Call call, Handling handling) {
      if (call.period != period) {
        return false;
      }
      if (state == State.HALF_OPEN) {
        if (!probes.remove(call)) {
          return false; // its lease was taken back
        }
        switch (handling) {
          case SUCCESS -> good++;
          case FAILURE -> bad++;
          case NEUTRAL -> silent++;
          case NOT_SENT -> {}
        }
        if (good == 2) {
          go(State.CLOSED);
        } else if (bad == 2 || silent >= SILENT) {
          opensInARow++;
          go(State.OPEN);
        }
        return true;
      }
      if (state == State.DISABLED
          || handling == Handling.NEUTRAL
          || handling == Handling.NOT_SENT) {
        return true;
      }
      boolean healthyBefore = seen >= size;
      window.add(handling == Handling.FAILURE);
      seen++;
      if (window.size() > size) {
        window.remove(0);
      }
      long failures = window.stream().filter(b -> b).count();
      if (handling == Handling.FAILURE
          && state != State.FORCED_CLOSED
          && window.size() >= minimum
          && failures >= rate * window.size() - 1e-9) {
        if (state == State.METRICS_ONLY) {
          go(State.METRICS_ONLY);
        } else {
          opensInARow = healthyBefore ? 1 : opensInARow + 1;
          go(State.OPEN);
        }
      }
      return true;
    }
  }
}
