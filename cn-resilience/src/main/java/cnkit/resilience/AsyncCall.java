package cnkit.resilience;

import java.util.concurrent.CompletionStage;

/**
 * An asynchronous call of a dependency that a pipeline limits. It is started again for each attempt.
 *
 * @param <T> what the stage completes with
 */
@FunctionalInterface
public interface AsyncCall<T> {
  /**
   * Starts the call and returns without waiting for it.
   *
   * @param attempt which attempt this is and how long it may take
   * @return the stage; cancelled by the pipeline when its time is up
   * @throws Exception if the call cannot be started; has the same effect as a stage that fails with this exception
   */
  CompletionStage<T> start(Attempt attempt) throws Exception;
}
