package cnkit.resilience;

import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt and the hedges beside it: the legs. Whoever ends a leg (its stage, its time limit, a quicker leg, the user's
 * cancellation) claims it, which succeeds once. Immutable; a step that comes too late returns the same state.
 *
 * @param legs all that were launched
 * @param open legs whose end has not been reported yet
 * @param made attempts that were sent in this execution
 * @param hedgesLeft hedges that may still be made
 * @param last what decides if no other leg answers
 * @param failures what the legs that do not decide threw
 * @param over whether the round is decided, or nobody waits for it any more
 */
@Pure
record RoundState<L>(
    List<Leg<L>> legs,
    int open,
    int made,
    int hedgesLeft,
    @Nullable AttemptResult last,
    List<Throwable> failures,
    boolean over) {

  /** A leg and what became of it. */
  record Leg<L>(L leg, LegState state) {}

  /** Without a permit of the bulkhead yet, in the air, or ended. */
  sealed interface LegState {
    record Seeking() implements LegState {}

    record Flying(Flight flight) implements LegState {}

    record Claimed() implements LegState {}
  }

  private static final LegState SEEKING = new LegState.Seeking();
  private static final LegState CLAIMED = new LegState.Claimed();

  static <L> RoundState<L> of(int made, int hedges) {
    return new RoundState<>(List.of(), 0, made, hedges, null, List.of(), false);
  }

  LegState of(L leg) {
    for (Leg<L> known : legs) {
      if (known.leg.equals(leg)) {
        return known.state;
      }
    }
    return CLAIMED;
  }

  /** One more leg; claimed from the beginning if the round is over. */
  RoundState<L> launched(L leg) {
    List<Leg<L>> more = new ArrayList<>(legs);
    more.add(new Leg<>(leg, over ? CLAIMED : SEEKING));
    return new RoundState<>(more, open + 1, made, hedgesLeft, last, failures, over);
  }

  RoundState<L> hedged() {
    return over || hedgesLeft == 0
        ? this
        : new RoundState<>(legs, open, made, hedgesLeft - 1, last, failures, over);
  }

  /** It is about to be sent, with the next number. */
  RoundState<L> flying(L leg, Flight unnumbered) {
    if (!(of(leg) instanceof LegState.Seeking)) {
      return this;
    }
    Flight flight = unnumbered.numbered(made + 1);
    return new RoundState<>(
        with(leg, new LegState.Flying(flight)), open, made + 1, hedgesLeft, last, failures, over);
  }

  RoundState<L> claimed(L leg) {
    return of(leg) instanceof LegState.Claimed
        ? this
        : new RoundState<>(with(leg, CLAIMED), open, made, hedgesLeft, last, failures, over);
  }

  /** A claimed leg has given back what it held. The first good answer decides, or else the last bad one. */
  RoundState<L> ended(AttemptResult result) {
    if (over) {
      return this;
    }
    boolean hidden = last != null
        && !(last instanceof AttemptResult.Refused)
        && result instanceof AttemptResult.Refused; // a hedge that was refused hides nothing
    List<Throwable> others = failures;
    if (!hidden && last != null && last.thrown() != null) {
      others = new ArrayList<>(failures);
      others.add(last.thrown());
    }
    AttemptResult next = hidden ? last : result;
    boolean failed =
        result.handling() == Handling.FAILURE || result.handling() == Handling.NOT_SENT;
    RoundState<L> after = new RoundState<>(legs, open - 1, made, hedgesLeft, next, others, false);
    return failed && open > 1 ? after : after.cancelled();
  }

  /** Over; all legs that had not ended are claimed by whoever made this step. */
  RoundState<L> cancelled() {
    List<Leg<L>> all = new ArrayList<>(legs);
    all.replaceAll(leg -> new Leg<>(leg.leg, CLAIMED));
    return new RoundState<>(all, open, made, hedgesLeft, last, failures, true);
  }

  private List<Leg<L>> with(L leg, LegState state) {
    List<Leg<L>> changed = new ArrayList<>(legs);
    changed.replaceAll(known -> known.leg.equals(leg) ? new Leg<>(leg, state) : known);
    return changed;
  }
}
