package cnkit.lifecycle;

import cnkit.core.internal.SafeText;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Work, or the start or stop of a component, that did not end in time.
 *
 * @param what "stop", "start", or the kind of the work
 * @param name the component, or the label of the work
 * @param age how long it had been running
 * @param thread the thread on which it ran or was opened; empty if that thread has ended
 * @param stack the stack trace of that thread, innermost frame first, at most 32 frames; empty if the thread has
 *     ended
 */
public record Unfinished(
    String what, String name, Duration age, String thread, List<String> stack) {
  /** Copies the stack. */
  public Unfinished {
    stack = List.copyOf(stack);
  }

  private static final int FRAMES = 32;

  /** With the name and the stack of the thread, if it is still there. */
  static Unfinished of(String what, String name, long ageNanos, Optional<Thread> thread) {
    return new Unfinished(
        what,
        SafeText.line(name, 300),
        Duration.ofNanos(ageNanos),
        thread.map(Thread::getName).orElse(""),
        thread.stream()
            .flatMap(alive -> Stream.of(alive.getStackTrace()))
            .limit(FRAMES)
            .map(StackTraceElement::toString)
            .toList());
  }

  static Unfinished of(Token token) {
    return of(token.kind().label(), token.label(), token.age().toNanos(), token.opener());
  }

  /** The first frames of the stack, each after this text. */
  String frames(int most, String before) {
    return stack.stream().limit(most).map(before::concat).collect(Collectors.joining());
  }

  /** {@code stop of db}. */
  String title() {
    return what + " of " + name;
  }
}
