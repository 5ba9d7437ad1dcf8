package cnkit.lifecycle;

/**
 * What a component does to start or to stop. It runs on a thread of its own, is interrupted when its time is over or its
 * start is cancelled, and may throw anything: the shutdown goes on.
 */
@FunctionalInterface
public interface Action {
  /**
   * Does the work; returning means that it is done.
   *
   * @throws Exception whatever went wrong; it is reported with the component's name
   */
  void run() throws Exception;
}
