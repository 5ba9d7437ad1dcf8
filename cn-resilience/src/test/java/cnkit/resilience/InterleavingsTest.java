package cnkit.resilience;

import static cnkit.resilience.Interleavings.explore;
import static java.time.Duration.ofNanos;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.resilience.Interleavings.Program;
import cnkit.resilience.Interleavings.Scenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every interleaving of two and three threads through each place where threads meet. What decides is the real code; a step is
 * one atomic access of the shell around it, in the order in which the shell makes them. All of these accesses are volatile or
 * atomic, so their interleavings are all that can happen.
 *
 * <p>Each search is made again with the shell broken, and must then find a violation: that is what makes its silence mean
 * something.
 */
class InterleavingsTest {
  private static void findsAViolation(Supplier<? extends Scenario> broken) {
    assertThrows(AssertionError.class, () -> explore(broken));
  }

  /** How a shell replaces what it has read. */
  private enum Swap {
    COMPARE_AND_SET,
    /** Broken: whatever others wrote in between is lost. */
    SET
  }

  // ---- breaker: one state behind one reference

  private static final BreakerRules RULES = new BreakerRules(
      "b",
      BreakerSettings.countWindow(2)
          .withMinimumCalls(2)
          .withFailureRate(1.0)
          .withOpenTime(ofNanos(10))
          .withProbes(2, 2),
      now -> {
        throw new IllegalStateException("one word holds two outcomes");
      });

  /** The breaker's reference, and the history of what was put there. */
  private static final class Cell {
    private final Swap swap;
    private BreakerState state;
    private final List<BreakerState> history = new ArrayList<>();
    private final List<Advance> threads = new ArrayList<>();

    Cell(Swap swap, BreakerState initial) {
      this.swap = swap;
      this.state = initial;
      history.add(initial);
    }

    boolean swap(BreakerState before, BreakerState after) {
      if (swap == Swap.COMPARE_AND_SET && state != before) {
        return false;
      }
      state = after;
      history.add(after);
      return true;
    }

    long granted() {
      return threads.stream()
          .mapToLong(t -> t.permit)
          .filter(t -> t >= 0)
          .distinct()
          .count();
    }

    long recorded() {
      return threads.stream().filter(t -> t.result == Completion.RECORDED).count();
    }

    long transitions() {
      return history.stream().mapToLong(BreakerState::epoch).distinct().count() - 1;
    }

    /** Each swap continues the state that it replaced: no epoch goes back, and each but the last has a successor. */
    void checkHistory() {
      for (int i = 1; i < history.size(); i++) {
        assertTrue(
            history.get(i).lastPermit() >= history.get(i - 1).lastPermit(),
            "a later state has drawn fewer permits");
      }
    }
  }

  /** Read, compute, swap; again when the swap is lost. */
  private abstract static class Advance implements Program {
    private final Cell cell;
    private final UnaryOperator<BreakerState> step;
    private BreakerState before;
    private boolean read;
    long permit = -1;
    Completion result = Completion.DUPLICATE;

    Advance(Cell cell, UnaryOperator<BreakerState> step) {
      this.cell = cell;
      this.step = step;
      this.before = cell.state;
      cell.threads.add(this);
    }

    @Override
    public boolean step() {
      if (!read) {
        before = cell.state;
        read = true;
        if (step.apply(before) == before) {
          done(before, before);
          return false;
        }
        return true;
      }
      read = false;
      BreakerState after = step.apply(before);
      if (!cell.swap(before, after)) {
        return true;
      }
      done(before, after);
      return false;
    }

    abstract void done(BreakerState before, BreakerState after);
  }

  private static Advance complete(Cell cell, long admission, Handling handling) {
    return new Advance(cell, s -> s.onResult(admission, handling, false, 20, (r, opens) -> 10)) {
      @Override
      void done(BreakerState before, BreakerState after) {
        result = before.knows(admission) ? Completion.RECORDED : Completion.STALE;
      }
    };
  }

  private static Advance acquire(Cell cell) {
    return new Advance(cell, s -> s.onAcquire(20, (r, opens) -> 10)) {
      @Override
      void done(BreakerState before, BreakerState after) {
        permit = after.lastPermit() != before.lastPermit() ? after.lastPermit() : -1;
      }
    };
  }

  private record Meeting(Cell cell, List<Program> programs, Runnable law) implements Scenario {
    @Override
    public void check() {
      cell.checkHistory();
      law.run();
    }
  }

  private static BreakerState closed() {
    return BreakerState.initial(RULES, 0);
  }

  /** Opened at 0 for 10: at 20, its time is over. */
  private static BreakerState opened() {
    BreakerState once = closed().onResult(0, Handling.FAILURE, false, 0, (r, opens) -> 10);
    return once.onResult(0, Handling.FAILURE, false, 0, (r, opens) -> 10);
  }

  private static Scenario threeFailures(Swap swap) {
    Cell cell = new Cell(swap, closed());
    List<Program> programs = List.of(
        complete(cell, 0, Handling.FAILURE),
        complete(cell, 0, Handling.FAILURE),
        complete(cell, 0, Handling.FAILURE));
    return new Meeting(cell, programs, () -> {
      assertEquals(Breaker.State.OPEN, cell.state.state());
      assertEquals(1, cell.transitions(), "transitions");
      assertEquals(
          2, cell.recorded(), "two failures open it, the third is of an epoch that is over");
    });
  }

  @Test
  void threeFailuresOpenABreakerOfTwoExactlyOnceAndNoneIsLost() {
    assertTrue(explore(() -> threeFailures(Swap.COMPARE_AND_SET)) > 50);
    findsAViolation(() -> threeFailures(Swap.SET));
  }

  private static Scenario threeProbes(Swap swap) {
    Cell cell = new Cell(swap, opened());
    List<Program> programs = List.of(acquire(cell), acquire(cell), acquire(cell));
    return new Meeting(cell, programs, () -> {
      assertEquals(Breaker.State.HALF_OPEN, cell.state.state());
      assertEquals(1, cell.transitions(), "transitions");
      assertEquals(2, cell.granted(), "leases");
    });
  }

  @Test
  void threeCallersOfAHalfOpenBreakerGetExactlyTwoLeasesOfTwo() {
    assertTrue(explore(() -> threeProbes(Swap.COMPARE_AND_SET)) > 50);
    findsAViolation(() -> threeProbes(Swap.SET));
  }

  private static Scenario stragglerAmongProbes(Swap swap) {
    Cell cell = new Cell(swap, opened());
    Advance straggler = complete(cell, 0, Handling.SUCCESS);
    List<Program> programs = List.of(straggler, acquire(cell), acquire(cell));
    return new Meeting(cell, programs, () -> {
      assertEquals(Completion.STALE, straggler.result);
      assertEquals(Breaker.State.HALF_OPEN, cell.state.state());
      assertEquals(2, cell.granted(), "leases");
    });
  }

  @Test
  void aStragglerNeverMovesABreakerThatIsBeingProbed() {
    assertTrue(explore(() -> stragglerAmongProbes(Swap.COMPARE_AND_SET)) > 10);
    findsAViolation(() -> stragglerAmongProbes(Swap.SET));
  }

  private static Scenario probesAgainstAnOperator(Swap swap) {
    BreakerState first = opened().onAcquire(20, (r, opens) -> 10);
    BreakerState both = first.onAcquire(20, (r, opens) -> 10);
    Cell cell = new Cell(swap, both);
    Advance one = complete(cell, first.lastPermit(), Handling.SUCCESS);
    Advance two = complete(cell, both.lastPermit(), Handling.FAILURE);
    Advance operator =
        new Advance(cell, s -> BreakerState.manual(s, Breaker.State.FORCED_OPEN, 20)) {
          @Override
          void done(BreakerState before, BreakerState after) {}
        };
    return new Meeting(
        cell,
        List.of(one, two, operator),
        () -> assertEquals(Breaker.State.FORCED_OPEN, cell.state.state(), "manual beats results"));
  }

  @Test
  void whatAnOperatorForcesIsNotUndoneByProbesUnderWay() {
    assertTrue(explore(() -> probesAgainstAnOperator(Swap.COMPARE_AND_SET)) > 50);
    findsAViolation(() -> probesAgainstAnOperator(Swap.SET));
  }

  // ---- one number: the retry budget and the rate limiter

  private static final class Word {
    long value;
  }

  /** Read, compute, swap; a negative result ends it without one. */
  private static final class Update implements Program {
    private final Word word;
    private final Swap swap;
    private final LongUnaryOperator next;
    private long before;
    private boolean read;
    boolean done;

    Update(Word word, Swap swap, LongUnaryOperator next) {
      this.word = word;
      this.swap = swap;
      this.next = next;
    }

    @Override
    public boolean step() {
      if (!read) {
        before = word.value;
        read = true;
        return next.applyAsLong(before) >= 0;
      }
      read = false;
      if (swap == Swap.COMPARE_AND_SET && word.value != before) {
        return true;
      }
      word.value = next.applyAsLong(before);
      done = true;
      return false;
    }
  }

  private static Scenario words(List<Update> updates, Runnable law) {
    return new Scenario() {
      @Override
      public List<Program> programs() {
        return List.copyOf(updates);
      }

      @Override
      public void check() {
        law.run();
      }
    };
  }

  private static Scenario withdrawals(Swap swap) {
    Word saved = new Word();
    saved.value = BudgetRule.COST;
    List<Update> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(new Update(saved, swap, BudgetRule::afterRetry));
    }
    return words(threads, () -> {
      assertEquals(1, threads.stream().filter(t -> t.done).count(), "grants of one retry");
      assertEquals(0, saved.value);
    });
  }

  @Test
  void aBudgetOfOneRetryGrantsOneToThreeThatAsk() {
    assertTrue(explore(() -> withdrawals(Swap.COMPARE_AND_SET)) > 10);
    findsAViolation(() -> withdrawals(Swap.SET));
  }

  private static Scenario depositAndWithdrawals(Swap swap) {
    Word saved = new Word();
    saved.value = BudgetRule.COST / 2;
    long half = BudgetRule.COST / 2;
    Update deposit =
        new Update(saved, swap, s -> BudgetRule.afterFirstAttempt(s, half, 10 * BudgetRule.COST));
    Update one = new Update(saved, swap, BudgetRule::afterRetry);
    Update two = new Update(saved, swap, BudgetRule::afterRetry);
    return words(List.of(deposit, one, two), () -> {
      long granted = List.of(one, two).stream().filter(t -> t.done).count();
      assertTrue(granted <= 1, "more granted than earned");
      assertEquals(BudgetRule.COST * (1 - granted), saved.value, "nothing is lost or made");
    });
  }

  @Test
  void depositsAndWithdrawalsNeitherLoseNorMakeRetries() {
    assertTrue(explore(() -> depositAndWithdrawals(Swap.COMPARE_AND_SET)) > 5);
    findsAViolation(() -> depositAndWithdrawals(Swap.SET));
  }

  private static Scenario limited(Swap swap) {
    long interval = 100;
    Word tat = new Word();
    List<Update> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      threads.add(new Update(
          tat,
          swap,
          t -> Gcra.waitNanos(t, 0, 1, interval, interval) > 0
              ? -1
              : Gcra.advance(t, 0, 1, interval)));
    }
    return words(threads, () -> {
      assertEquals(2, threads.stream().filter(t -> t.done).count(), "grants of a burst of two");
      assertEquals(2 * interval, tat.value);
    });
  }

  @Test
  void aBurstOfTwoIsGrantedTwiceToThreeThatAsk() {
    assertTrue(explore(() -> limited(Swap.COMPARE_AND_SET)) > 50);
    findsAViolation(() -> limited(Swap.SET));
  }

  // ---- bulkhead: permits in stripes

  private enum Search {
    AS_IT_IS,
    /** Broken: one look at each stripe, though a permit may come back behind it. */
    ONE_LOOK,
    /** Broken: takes without comparing. */
    WITHOUT_COMPARING
  }

  private static final class Stripes {
    static final long RETURNED = (1L << 32) + 1;
    final Search search;
    final long[] words;
    final List<Enter> searching = new ArrayList<>();
    int out;
    int mostOut;

    Stripes(Search search, int out, long... words) {
      this.search = search;
      this.out = out;
      this.mostOut = out;
      this.words = words.clone();
    }

    /** Whoever searches now has seen a moment at which no permit was free. */
    void note() {
      mostOut = Math.max(mostOut, out);
      if (Arrays.stream(words).allMatch(word -> (int) word == 0)) {
        searching.forEach(thread -> thread.sawNoneFree = true);
      }
    }
  }

  private static final class Enter implements Program {
    private final Stripes stripes;
    private final int home;
    private int i;
    private long word;
    private boolean read;
    private long returns;
    private long returnsBefore = -1;
    boolean sawNoneFree;
    boolean refused;

    Enter(Stripes stripes, int home) {
      this.stripes = stripes;
      this.home = home;
    }

    @Override
    public boolean step() {
      if (!stripes.searching.contains(this)) {
        stripes.searching.add(this);
        stripes.note();
      }
      int stripe = (home + i) % stripes.words.length;
      if (!read) {
        word = stripes.words[stripe];
        if ((int) word > 0) {
          read = true;
          return true;
        }
        return next();
      }
      read = false;
      if (stripes.search != Search.WITHOUT_COMPARING && stripes.words[stripe] != word) {
        return true; // looks at the same stripe again
      }
      stripes.words[stripe] = word - 1;
      stripes.out++;
      return end();
    }

    private boolean next() {
      returns += word >>> 32;
      i++;
      if (i < stripes.words.length) {
        return true;
      }
      if (returns == returnsBefore || stripes.search == Search.ONE_LOOK) {
        refused = true;
        return end();
      }
      returnsBefore = returns;
      returns = 0;
      i = 0;
      return true;
    }

    private boolean end() {
      stripes.searching.remove(this);
      stripes.note();
      return false;
    }
  }

  private static Program exit(Stripes stripes, int stripe) {
    return () -> {
      stripes.words[stripe] += Stripes.RETURNED;
      stripes.out--;
      stripes.note();
      return false;
    };
  }

  private record Crowd(Stripes stripes, List<Enter> entering, List<Program> programs, int permits)
      implements Scenario {
    @Override
    public void check() {
      assertTrue(stripes.mostOut <= permits, "more permits out than there are");
      assertEquals(
          permits,
          stripes.out
              + Arrays.stream(stripes.words).mapToInt(word -> (int) word).sum(),
          "a permit was lost or made");
      for (Enter thread : entering) {
        assertTrue(
            !thread.refused || thread.sawNoneFree, "refused though one was free all the time");
      }
    }
  }

  /** One rests in stripe 0, one is out and comes back to stripe 1; two enter, from either side. */
  private static Scenario crossing(Search search) {
    Stripes stripes = new Stripes(search, 1, 1, 0);
    Enter one = new Enter(stripes, 0);
    Enter two = new Enter(stripes, 1);
    return new Crowd(stripes, List.of(one, two), List.of(one, two, exit(stripes, 1)), 2);
  }

  private static Scenario threeForTwo(Search search) {
    Stripes stripes = new Stripes(search, 0, 1, 1);
    List<Enter> threads =
        List.of(new Enter(stripes, 0), new Enter(stripes, 1), new Enter(stripes, 0));
    return new Crowd(stripes, threads, List.copyOf(threads), 2);
  }

  @Test
  void aPermitThatIsFreeIsFoundWhereverItComesBack() {
    assertTrue(explore(() -> crossing(Search.AS_IT_IS)) > 50);
    findsAViolation(() -> crossing(Search.ONE_LOOK));
  }

  @Test
  void threeThatEnterForTwoPermitsNeverHoldMore() {
    assertTrue(explore(() -> threeForTwo(Search.AS_IT_IS)) > 50);
    findsAViolation(() -> threeForTwo(Search.WITHOUT_COMPARING));
  }

  // ---- the interrupt at a time limit

  private enum Handshake {
    AS_IT_IS,
    /** Broken: says that it has fired, and interrupts then. */
    FIRED_BEFORE_THE_INTERRUPT,
    /** Broken: looks whether it is armed, and does not claim it. */
    FIRES_WITHOUT_CLAIM,
    /** Broken: the caller leaves while the timer is firing. */
    CALLER_DOES_NOT_WAIT
  }

  /** The caller whose attempt is over, and its timer; phases as in {@link Interruption}. */
  private static final class Limit implements Scenario {
    private final Handshake form;
    private final boolean foreign;
    private int phase = Interruption.ARMED;
    private boolean ours;
    private boolean flag;
    private boolean foreignKept;
    private boolean timedOut;
    private boolean callerGone;
    private boolean cleared;

    Limit(Handshake form, boolean foreign) {
      this.form = form;
      this.foreign = foreign;
    }

    private final class Firing implements Program {
      private int at;

      @Override
      public boolean step() {
        return switch (at++) {
          case 0 -> {
            boolean armed = phase == Interruption.ARMED;
            if (armed && form != Handshake.FIRES_WITHOUT_CLAIM) {
              phase = form == Handshake.FIRED_BEFORE_THE_INTERRUPT
                  ? Interruption.FIRED
                  : Interruption.FIRING;
            }
            yield armed;
          }
          case 1 -> {
            at += flag ? 2 : 0; // somebody else was first
            ours = !flag;
            yield true;
          }
          case 2 -> {
            flag = true;
            yield true;
          }
          default -> {
            phase = Interruption.FIRED;
            yield false;
          }
        };
      }
    }

    private final class Leaving implements Program {
      private int at;

      @Override
      public boolean isReady() {
        return at != 1 || phase == Interruption.FIRED || form == Handshake.CALLER_DOES_NOT_WAIT;
      }

      @Override
      public boolean step() {
        switch (at++) {
          case 0 -> {
            if (phase == Interruption.ARMED) {
              phase = Interruption.OVER;
              callerGone = true;
              return false;
            }
            return true;
          }
          case 1 -> {
            timedOut = ours;
            callerGone = !ours;
            return ours;
          }
          default -> {
            flag = false;
            cleared = true;
            callerGone = true;
            return false;
          }
        }
      }
    }

    @Override
    public List<Program> programs() {
      Program interrupting = () -> {
        // one flag cannot tell two interrupts apart: who comes while ours stands is taken back with
        // it
        foreignKept = !ours || cleared;
        flag = true;
        return false;
      };
      return foreign
          ? List.of(new Firing(), new Leaving(), interrupting)
          : List.of(new Firing(), new Leaving());
    }

    @Override
    public void check() {
      assertTrue(callerGone, "the caller is held");
      assertEquals(
          foreign && foreignKept,
          flag,
          "the flag is not as others left it; timed out: " + timedOut);
      assertFalse(timedOut && !ours, "timed out by nobody");
    }
  }

  @Test
  void noInterruptOutlivesTheCallThatItWasMeantFor() {
    assertTrue(explore(() -> new Limit(Handshake.AS_IT_IS, false)) >= 4);
  }

  @ParameterizedTest
  @EnumSource(value = Handshake.class, mode = EnumSource.Mode.EXCLUDE, names = "AS_IT_IS")
  void withoutOneStepOfTheHandshakeOneDoes(Handshake broken) {
    findsAViolation(() -> new Limit(broken, false));
  }

  @Test
  void anInterruptByOthersIsKeptUnlessOursStandsAlready() {
    assertTrue(explore(() -> new Limit(Handshake.AS_IT_IS, true)) > 10);
  }

  // ---- the search itself

  @Test
  void theSearchMissesNoOrder() {
    // 3 programs of 3 steps: 9! / (3! 3! 3!)
    assertEquals(1680, explore(() -> {
      List<Program> programs = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int[] steps = {0};
        programs.add(() -> ++steps[0] < 3);
      }
      return new Meeting(new Cell(Swap.SET, closed()), programs, () -> {});
    }));
  }
}
