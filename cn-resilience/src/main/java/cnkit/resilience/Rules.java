package cnkit.resilience;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The classifiers that {@link Classifier}'s factories make, and what no classifier decides. */
final class Rules {
  static final Classifier STANDARD = new Classifier() {};

  private Rules() {}

  /** What a throwable is worth; the classifier is asked only about ordinary exceptions. */
  static Handling of(Classifier classifier, Throwable thrown) {
    if (thrown instanceof CallRejectedException) {
      return Handling.NOT_SENT;
    }
    if (thrown instanceof InterruptedException || thrown instanceof CancellationException) {
      return Handling.NEUTRAL;
    }
    return thrown instanceof Exception exception ? classifier.thrown(exception) : Handling.FAILURE;
  }

  /** Asks another classifier about everything that a subclass does not answer. */
  private abstract static class Delegating implements Classifier {
    private final Classifier others;

    Delegating(Classifier others) {
      this.others = others;
    }

    @Override
    public Handling result(@Nullable Object value) {
      return others.result(value);
    }

    @Override
    public Handling thrown(Exception thrown) {
      return others.thrown(thrown);
    }

    @Override
    public boolean neverSent(Throwable thrown) {
      return others.neverSent(thrown);
    }

    @Override
    public Optional<Duration> retryAfter(@Nullable Object failed) {
      return others.retryAfter(failed);
    }
  }

  static final class Results<R> extends Delegating {
    private final Class<R> type;
    private final Function<? super R, Handling> rule;

    Results(Classifier others, Class<R> type, Function<? super R, Handling> rule) {
      super(others);
      this.type = type;
      this.rule = rule;
    }

    @Override
    public Handling result(@Nullable Object value) {
      return type.isInstance(value) ? rule.apply(type.cast(value)) : super.result(value);
    }
  }

  static final class Thrown extends Delegating {
    private final Class<? extends Exception> type;
    private final Handling handling;

    Thrown(Classifier others, Class<? extends Exception> type, Handling handling) {
      super(others);
      this.type = type;
      this.handling = handling;
    }

    @Override
    public Handling thrown(Exception thrown) {
      return type.isInstance(thrown) ? handling : super.thrown(thrown);
    }
  }

  static final class Hints<R> extends Delegating {
    private final Class<R> type;
    private final Function<? super R, Optional<Duration>> rule;

    Hints(Classifier others, Class<R> type, Function<? super R, Optional<Duration>> rule) {
      super(others);
      this.type = type;
      this.rule = rule;
    }

    @Override
    public Optional<Duration> retryAfter(@Nullable Object failed) {
      return type.isInstance(failed) ? rule.apply(type.cast(failed)) : super.retryAfter(failed);
    }
  }
}
