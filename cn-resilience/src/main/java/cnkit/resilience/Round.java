package cnkit.resilience;

import cnkit.core.Time;
import cnkit.core.internal.AtomicState;
import cnkit.core.internal.HandOver;
import cnkit.resilience.RoundState.LegState;

/** Makes one attempt of an asynchronous execution, and hedges beside it, until the first good answer. */
final class Round<T> {
  private final AsyncExecution<T, ?> call;
  private final AtomicState<RoundState<Leg<T>>> state;
  private volatile Time.Pending nextHedge = AsyncExecution.NOTHING;

  Round(AsyncExecution<T, ?> call) {
    this.call = call;
    HedgeSettings hedge = call.plan.hedge;
    this.state =
        new AtomicState<>(RoundState.of(call.execution.made(), hedge == null ? 0 : hedge.extra()));
  }

  void launch(boolean hedge) {
    Object gate = call.plan.admitGate();
    Leg<T> leg =
        new Leg<>(call, this, hedge, gate instanceof Plan.Place place ? place.permit() : 0);
    state.advance(s -> s.launched(leg));
    if (!(gate instanceof Plan.Place)) {
      leg.refused(Unchecked.cast(gate));
    } else if (isClaimed(leg)) {
      leg.unsent();
    } else {
      leg.seekPlace();
    }
  }

  boolean isClaimed(Leg<T> leg) {
    return state.get().of(leg) instanceof LegState.Claimed;
  }

  /** True for exactly one caller. */
  boolean claim(Leg<T> leg) {
    return state.advance(
        s -> s.claimed(leg), (before, after) -> !(before.of(leg) instanceof LegState.Claimed));
  }

  /** Sends the leg if nobody has claimed it; the attempt under its number, if it is sent. */
  LegState fly(Leg<T> leg, Flight unnumbered) {
    return state.advance(s -> s.flying(leg, unnumbered)).of(leg);
  }

  void awaitHedge() {
    HedgeSettings hedge = call.plan.hedge;
    RoundState<Leg<T>> now = state.get();
    if (hedge == null || now.over() || now.hedgesLeft() == 0) {
      return;
    }
    HandOver.Scheduled scheduled = HandOver.schedule(call.plan.time, hedge.delay(), () -> {
      Throwable refused = HandOver.to(call.executor, this::hedge);
      if (refused != null) {
        call.plan.report(refused);
      }
    });
    if (scheduled.refused() != null) {
      call.plan.report(scheduled.refused()); // the first attempt goes on without company
      return;
    }
    nextHedge = scheduled::cancel;
    if (state.get().over()) {
      nextHedge.cancel();
    }
  }

  private void hedge() {
    RetryBudget budget = call.plan.hedgeBudget;
    boolean wanted = state.advance(
        RoundState::hedged, (before, after) -> after.hedgesLeft() < before.hedgesLeft());
    if (budget == null || !wanted || call.execution.limitNanos(call.execution.now()) <= 0) {
      return;
    }
    if (!budget.tryWithdraw()) {
      call.plan.tallies.hedgesDenied.increment(); // and nothing else: the first attempt goes on
      return;
    }
    launch(true);
    awaitHedge();
  }

  /** A leg has ended, and its place is given back. */
  void ended(AttemptResult result) {
    state.advance(s -> s.ended(result), (before, after) -> {
      if (after.over() && !before.over()) {
        drop(before);
        call.decided(after);
      }
      return after;
    });
  }

  void cancel() {
    state.advance(RoundState::cancelled, (before, after) -> {
      drop(before);
      return after;
    });
  }

  private void drop(RoundState<Leg<T>> before) {
    nextHedge.cancel();
    before.legs().forEach(leg -> leg.leg().dropped(leg.state()));
  }
}
