package cnkit.resilience;

import java.util.concurrent.CompletionStage;

/**
 * What a pipeline guards when the dependency answers with a stage; started anew for each attempt.
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
   * @throws Exception if the call cannot be started; counts like a stage that failed with it
   */
  CompletionStage<T> start(Attempt attempt) throws Exception;
}
