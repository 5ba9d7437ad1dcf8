package cnkit.lifecycle;

/**
 * The code that starts or stops a component. It runs on its own thread. It is interrupted if its time is over or its
 * start is cancelled. It may throw anything: the shutdown continues.
 */
@FunctionalInterface
public interface Action {
  /**
   * Does the work. Returning means that the work is done.
   *
   * @throws Exception any failure; it is reported with the component's name
   */
  void run() throws Exception;
}
