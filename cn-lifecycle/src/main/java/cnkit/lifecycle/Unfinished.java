package cnkit.lifecycle;

import java.time.Duration;
import java.util.List;

/**
 * Work or a component that did not end in time.
 *
 * @param what "stop", "start", or the kind of the work
 * @param name the component, or the label of the work
 * @param age how long it had been running
 * @param thread the thread it ran on or was opened by; empty when that thread is gone
 * @param stack where that thread was, innermost first, at most 32 frames; empty for work whose thread is gone
 */
public record Unfinished(
    String what, String name, Duration age, String thread, List<String> stack) {
  /** Copies the stack. */
  public Unfinished {
    stack = List.copyOf(stack);
  }
}
