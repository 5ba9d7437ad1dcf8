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
 * A body that does what the test says, in virtual time. What is said holds from the next run on.
 *
 * <pre>{@code
 * ScriptedCheck db = new ScriptedCheck(time);
 * Health health = ….check(Check.criticalAsync("db", db)).build();
 * db.answers(Verdict.down("refused"));
 * db.takes(Duration.ofMillis(700));
 * db.hangs();
 * }</pre>
 *
 * Not safe for use by many threads.
 */
public final class ScriptedCheck implements Check.AsyncBody {
  private final Time time;
  private Verdict verdict = Verdict.up();
  private @Nullable Throwable thrown;
  private Duration latency = Duration.ZERO;
  private boolean hanging;
  private int runs;

  /**
   * A body that is up at once.
   *
   * @param time that passes while it runs
   */
  public ScriptedCheck(Time time) {
    this.time = requireNonNull(time, "time");
  }

  /**
   * Answers with a verdict; ends {@link #hangs()} and {@link #fails}.
   *
   * @param verdict of the runs to come
   */
  public void answers(Verdict verdict) {
    this.verdict = requireNonNull(verdict, "verdict");
    this.thrown = null;
    this.hanging = false;
  }

  /**
   * Completes exceptionally; ends {@link #hangs()}.
   *
   * @param thrown what with
   */
  public void fails(Throwable thrown) {
    this.thrown = requireNonNull(thrown, "thrown");
    this.hanging = false;
  }

  /**
   * Takes its time.
   *
   * @param latency of the runs to come; zero is at once
   */
  public void takes(Duration latency) {
    this.latency = requireNonNull(latency, "latency");
  }

  /** Never answers, and ends only because it is cancelled at its timeout. */
  public void hangs() {
    this.hanging = true;
  }

  /**
   * How often it was run.
   *
   * @return runs that were started
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
