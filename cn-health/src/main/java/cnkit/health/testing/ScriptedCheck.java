package cnkit.health.testing;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.health.Check;
import cnkit.health.Verdict;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A check body that a test controls, in virtual time. A new instruction applies from the next run on.
 *
 * <pre>{@code
 * ScriptedCheck db = new ScriptedCheck(time);
 * Health health = ….check(Check.criticalAsync("db", db)).build();
 * db.answers(Verdict.down("refused"));
 * db.takes(Duration.ofMillis(700));
 * db.hangs();
 * }</pre>
 *
 * For use by one thread.
 */
public final class ScriptedCheck implements Check.AsyncBody {
  private final Time time;
  private Verdict verdict = Verdict.up();
  private @Nullable Throwable thrown;
  private Duration latency = Duration.ZERO;
  private boolean hanging;
  private int runs;

  /**
   * Creates a body that returns up at once.
   *
   * @param time the time in which it runs
   */
  public ScriptedCheck(Time time) {
    this.time = requireNonNull(time, "time");
  }

  /**
   * Returns a verdict. Ends {@link #hangs()} and {@link #fails}.
   *
   * @param verdict the result of the next runs
   */
  public void answers(Verdict verdict) {
    this.verdict = requireNonNull(verdict, "verdict");
    this.thrown = null;
    this.hanging = false;
  }

  /**
   * Completes exceptionally. Ends {@link #hangs()}.
   *
   * @param thrown the exception
   */
  public void fails(Throwable thrown) {
    this.thrown = requireNonNull(thrown, "thrown");
    this.hanging = false;
  }

  /**
   * Sets how long a run takes.
   *
   * @param latency of the next runs; zero means that they end at once
   */
  public void takes(Duration latency) {
    this.latency = requireNonNull(latency, "latency");
  }

  /** Never completes by itself. The run ends only when it is cancelled at its timeout. */
  public void hangs() {
    this.hanging = true;
  }

  /**
   * How often the body was run.
   *
   * @return how many runs were started
   */
  public int runs() {
    return runs;
  }

  @Override
  public CompletionStage<Verdict> start() {
    runs++;
    var stage = new CompletableFuture<Verdict>();
    if (hanging) {
      return stage;
    }
    Throwable failure = thrown;
    Verdict answer = verdict;
    Runnable complete = () -> {
      boolean unused =
          failure == null ? stage.complete(answer) : stage.completeExceptionally(failure);
    };
    if (latency.isZero()) {
      complete.run();
    } else {
      var unused = time.schedule(latency, complete);
    }
    return stage;
  }
}
