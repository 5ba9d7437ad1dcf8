package cnkit.resilience;

import static java.time.Duration.ofNanos;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.resilience.Breaker.State;
import cnkit.resilience.BreakerState.Closed;
import cnkit.resilience.BreakerState.HalfOpen;
import cnkit.resilience.BreakerState.Open;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every state that small breakers can reach by calls, results of each kind, stragglers and time, breadth first. States
 * that differ only in how late it is and how many permits were drawn before behave alike, so they are visited once.
 */
class BreakerSearchTest {
  private static final long START = Long.MAX_VALUE - 3; // the clock wraps within the first steps
  private static final Map<State, Set<State>> ARROWS = Map.of(
      State.CLOSED, Set.of(State.OPEN),
      State.OPEN, Set.of(State.HALF_OPEN),
      State.HALF_OPEN, Set.of(State.CLOSED, State.OPEN),
      State.METRICS_ONLY, Set.of(State.METRICS_ONLY));
  private static final int MOST_OUT = 3;

  /** A breaker, the permits of the calls that are out (stragglers of earlier epochs, too), and the time. */
  private record Node(BreakerState state, List<Long> out, long now) {}

  private static final BreakerState.OpenTimes OPEN_TIMES = (rules, opens) -> Math.min(2, 1 + opens);

  private final Set<String> seen = new HashSet<>();
  private final ArrayDeque<Node> next = new ArrayDeque<>();
  private int transitions;

  @ParameterizedTest
  @CsvSource({"1,1,1,2", "2,1,2,2", "2,2,2,2", "3,2,2,3", "2,2,3,1"})
  void everyReachableStateObeysTheLaws(int probes, int successes, int window, int inconclusive) {
    BreakerRules rules = rules(probes, successes, window, inconclusive);
    visit(new Node(BreakerState.initial(rules, START), List.of(), START));
    visit(new Node(
        BreakerState.manual(BreakerState.initial(rules, START), State.METRICS_ONLY, START),
        List.of(),
        START));
    while (!next.isEmpty()) {
      expand(next.remove());
    }
    assertTrue(transitions > 20, transitions + " transitions");
    assertTrue(seen.size() > 100, seen.size() + " states");
  }

  private static BreakerRules rules(int probes, int successes, int window, int inconclusive) {
    BreakerSettings settings = BreakerSettings.countWindow(window)
        .withMinimumCalls(Math.min(2, window))
        .withProbes(probes, successes)
        .withProbeLease(ofNanos(2))
        .withInconclusiveProbes(inconclusive);
    return new BreakerRules("b", settings, now -> {
      throw new AssertionError("one word is enough");
    });
  }

  private void visit(Node node) {
    if (seen.add(key(node))) {
      next.add(node);
    }
  }

  /** Ticks and permits as differences: nothing else may matter. */
  private static String key(Node n) {
    BreakerState s = n.state;
    StringBuilder key = new StringBuilder().append(s.state()).append(Math.min(2, s.opens()));
    if (s instanceof Closed closed) {
      key.append(' ').append(closed.outcomes());
    } else if (s instanceof Open open) {
      key.append(' ').append(open.retryAfterNanos(n.now));
    } else if (s instanceof HalfOpen half) {
      key.append(' ').append(half.successes()).append(half.failures()).append(half.inconclusive());
      for (HalfOpen.Lease lease : half.leases()) {
        key.append(' ')
            .append(Math.max(0, lease.expiresAtNanos() - n.now))
            .append(n.out.contains(lease.permit()) ? "out" : "lost");
      }
    }
    long strangers = n.out.stream().filter(permit -> !s.knows(permit)).count();
    return key.append(" +").append(n.out.size()).append('-').append(strangers).toString();
  }

  private void expand(Node n) {
    BreakerState s = n.state;
    // time
    visit(new Node(s, n.out, n.now + 1));
    assertSame(s.effectiveAt(n.now), s.effectiveAt(n.now));
    // a call
    BreakerState asked = step(n, s.onAcquire(n.now, OPEN_TIMES));
    boolean passes = asked instanceof Closed
        || (asked instanceof HalfOpen && asked.lastPermit() != s.lastPermit());
    if (passes && n.out.size() < MOST_OUT) {
      List<Long> out = new ArrayList<>(n.out);
      out.add(asked instanceof Closed ? asked.epoch() : asked.lastPermit());
      visit(new Node(asked, out, n.now));
    } else {
      visit(new Node(asked, n.out, n.now)); // a caller that forgets its permit, or was refused
    }
    // the result of a call that is out, of each kind
    for (long permit : new HashSet<>(n.out)) {
      List<Long> out = new ArrayList<>(n.out);
      out.remove(permit);
      for (Handling handling : Handling.values()) {
        BreakerState told = step(n, s.onResult(permit, handling, false, n.now, OPEN_TIMES));
        if (!s.knows(permit)) {
          assertSame(s, told, "a straggler moved it");
        }
        if (s instanceof HalfOpen before && s.knows(permit) && handling != Handling.NOT_SENT) {
          assertTrue(
              !(told instanceof HalfOpen after) || progress(after) == progress(before) + 1,
              "each probe that was sent brings the decision nearer");
        }
        visit(new Node(told, out, n.now));
      }
    }
    if (s instanceof HalfOpen) {
      assertLeaves(n);
    }
  }

  private static int progress(HalfOpen s) {
    return s.successes() + s.failures() + s.inconclusive();
  }

  /** The laws of one step. */
  private BreakerState step(Node n, BreakerState after) {
    BreakerState before = n.state;
    if (after.epoch() == before.epoch()) {
      assertEquals(before.state(), after.state(), "a transition without an event");
    } else {
      transitions++;
      assertTrue(after.epoch() > before.lastPermit(), "permits of two epochs may not meet");
      assertTrue(
          ARROWS.getOrDefault(before.state(), Set.of()).contains(after.state()),
          () -> before.state() + " to " + after.state());
      Class<?> evidence = after instanceof HalfOpen
          ? Evidence.Waited.class
          : before instanceof Closed
              ? Evidence.Tripped.class
              : after instanceof Open ? Evidence.ProbesFailed.class : Evidence.Recovered.class;
      assertInstanceOf(evidence, after.cause().orElseThrow());
    }
    if (after instanceof HalfOpen half) {
      BreakerRules r = half.rules();
      assertTrue(
          half.leases().size() + half.successes() + half.failures() <= r.probes,
          () -> "more permits than " + r.probes + ": " + half);
      assertTrue(half.successes() < r.probeSuccesses, () -> "should be closed: " + half);
      assertTrue(half.failures() <= r.probes - r.probeSuccesses, () -> "should be open: " + half);
    }
    return after;
  }

  /** If no probe ever answers, time and arriving calls alone leave the half-open state. */
  private static void assertLeaves(Node n) {
    BreakerState s = n.state;
    long now = n.now;
    for (int i = 0; i < 100; i++) {
      s = s.onAcquire(now, OPEN_TIMES);
      if (!(s instanceof HalfOpen)) {
        return;
      }
      now++;
    }
    throw new AssertionError("wedged: " + n);
  }
}
