package cnkit.resilience;

/**
 * A call of a dependency that a pipeline limits. It is made again for each attempt.
 *
 * @param <T> what it returns
 * @param <X> what it throws; inferred, so that the caller catches exactly that
 */
@FunctionalInterface
public interface Call<T, X extends Exception> {
  /**
   * Makes the call.
   *
   * @param attempt which attempt this is and how long it may take
   * @return the result; may be {@code null}
   * @throws X if the call fails
   * @throws InterruptedException if the thread is interrupted; never retried
   */
  T run(Attempt attempt) throws X, InterruptedException;
}
