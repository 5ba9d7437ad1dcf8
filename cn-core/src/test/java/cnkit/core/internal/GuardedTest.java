package cnkit.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class GuardedTest {
  private static final class Hostile extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("no message today");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("no text today");
    }
  }

  @Test
  void whateverIsThrownBecomesAValue() {
    for (Throwable thrown :
        List.of(new Exception(), new Error(), new StackOverflowError(), new Hostile())) {
      assertSame(thrown, Guarded.run(() -> {
        throw thrown;
      }));
      assertSame(
          thrown,
          Guarded.get(() -> {
                throw thrown;
              })
              .thrown());
    }
    assertNull(Guarded.run(() -> {}));
  }

  @Test
  void nullWhereAValueIsDueCountsAsAThrow() {
    Guarded.Result<String> result = Guarded.get(() -> null);
    assertTrue(result.thrown() instanceof NullPointerException);
    assertEquals("other", result.or("other"));
    assertEquals("value", Guarded.get(() -> "value").or("other"));
  }

  @Test
  void theInterruptFlagOfTheCallerIsNeitherLostNorInvented() {
    Thread.currentThread().interrupt();
    Guarded.run(Thread::interrupted);
    assertTrue(Thread.interrupted());
    Guarded.get(() -> {
      throw new InterruptedException("another thread was");
    });
    assertEquals(false, Thread.interrupted());
  }

  @Test // case L103
  void aTextOrMessageThatThrowsIsReplacedByTheClass() {
    assertEquals(Hostile.class.getName(), Guarded.message(new Hostile()));
    assertEquals(Hostile.class.getName(), Guarded.text(new Hostile()));
    assertEquals("java.io.IOException", Guarded.message(new java.io.IOException()));
    assertEquals("gone", Guarded.message(new java.io.IOException("gone")));
    assertEquals("null", Guarded.text(null));
  }

  @Test // case R170: nothing of what was thrown is held, not even its class
  void aKindOfExceptionIsLoggedOnceAndSixteenKindsAtMost() {
    Logger logger = (Logger) LoggerFactory.getLogger("complaints");
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    Complaints complaints = new Complaints(logger);
    complaints.warn("a listener of breaker x", new IllegalStateException("first"));
    complaints.warn("a listener of breaker x", new IllegalStateException("second"));
    complaints.warn("a listener of breaker x", new Error());
    complaints.warn(
        "a listener of breaker x", new Hostile()); // logging it throws, and harms nobody
    assertEquals(
        "a listener of breaker x threw; its next java.lang.IllegalStateException is not logged",
        lines.list.get(0).getFormattedMessage());
    assertEquals(Level.WARN, lines.list.get(0).getLevel());
    assertTrue(lines.list.size() <= 3, () -> lines.list.toString());
  }
}
