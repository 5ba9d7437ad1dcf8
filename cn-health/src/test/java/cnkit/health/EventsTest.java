package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import cnkit.health.HealthEvent.CheckChanged;
import cnkit.health.HealthEvent.Current;
import cnkit.health.HealthEvent.EventsDropped;
import cnkit.health.HealthEvent.ProbeChanged;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventsTest {
  private final VirtualTime time = new VirtualTime();
  private final AtomicReference<Verdict> verdict = new AtomicReference<>(Verdict.up());

  private Health health() {
    Health health = Health.builder()
        .time(time)
        .executor(time.executor())
        .random(() -> 0)
        .check(Check.critical("db", () -> {
              Verdict now = verdict.get();
              if (now == null) {
                throw new IllegalStateException("broken");
              }
              return now;
            })
            .every(Duration.ofSeconds(1)))
        .build();
    health.start();
    health.open();
    time.advance(Duration.ofMillis(100));
    return health;
  }

  private static List<String> changes(List<HealthEvent> events) {
    var changes = new ArrayList<String>();
    for (HealthEvent event : events) {
      if (event instanceof CheckChanged changed) {
        changes.add(changed.check() + " " + changed.from() + ">" + changed.to());
      } else if (event instanceof ProbeChanged changed) {
        changes.add(changed.to().probe() + " " + changed.from().status() + ">"
            + changed.to().status());
      }
    }
    return changes;
  }

  @Test // case H19
  void everyListenerHearsEveryTransitionOnceThoughOneThrows() {
    Health health = health();
    var second = new ArrayList<HealthEvent>();
    var third = new ArrayList<HealthEvent>();
    var seenByListener = new ArrayList<HealthStatus>();
    var calls = new ArrayList<HealthEvent>();
    var one = health.subscribe(event -> {
      calls.add(event);
      throw new IllegalStateException("listener");
    });
    var two = health.subscribe(second::add);
    var three = health.subscribe(event -> {
      third.add(event);
      if (event instanceof CheckChanged) {
        seenByListener.add(health.report().check("db").orElseThrow().status());
      }
    });
    verdict.set(Verdict.down("refused"));
    time.advance(Duration.ofSeconds(1));
    verdict.set(Verdict.up());
    time.advance(Duration.ofSeconds(1));
    List<String> expected = List.of("db UP>DOWN", "READY UP>DOWN", "db DOWN>UP", "READY DOWN>UP");
    assertEquals(expected, changes(calls));
    assertEquals(expected, changes(second));
    assertEquals(expected, changes(third));
    assertInstanceOf(Current.class, second.get(0));
    assertEquals(
        List.of(HealthStatus.DOWN, HealthStatus.UP),
        seenByListener,
        "committed before the first call");
    List.of(one, two, three).forEach(cnkit.core.Subscription::close);
    verdict.set(Verdict.down("again"));
    time.advance(Duration.ofSeconds(1));
    assertEquals(expected, changes(second), "closed");
  }

  @Test
  void theCauseOfATransitionIsAttached() {
    Health health = health();
    var events = new ArrayList<HealthEvent>();
    var unused = health.subscribe(events::add);
    verdict.setPlain(null);
    time.advance(Duration.ofSeconds(1));
    CheckChanged changed = events.stream()
        .filter(e -> e instanceof CheckChanged)
        .map(e -> (CheckChanged) e)
        .findFirst()
        .orElseThrow();
    assertEquals("broken", changed.cause().orElseThrow().getMessage());
    assertEquals(RunOutcome.THREW, changed.outcome());
  }

  @Test
  void aTransitionIsToldOnceHoweverManyRunsConfirmIt() {
    Health health = health();
    var events = new ArrayList<HealthEvent>();
    var unused = health.subscribe(events::add);
    verdict.set(Verdict.down("refused"));
    time.advance(Duration.ofMinutes(1));
    assertEquals(List.of("db UP>DOWN", "READY UP>DOWN"), changes(events));
  }

  @Test // case H20
  void aListenerMayCallEverythingBack() throws InterruptedException {
    var done = new CountDownLatch(1);
    try (Health health = Health.builder()
        .check(Check.critical("first", Verdict::up).every(Duration.ofMillis(50)))
        .build()) {
      var unused = health.subscribe(event -> {
        if (event instanceof CheckChanged changed && changed.check().equals("first")) {
          assertEquals(
              HealthStatus.UP, health.report().check("first").orElseThrow().status());
          health.register(Check.optional("second", Verdict::up));
          assertTrue(health.refresh("first"));
          health.outOfRotation("listener");
          health.backInRotation();
          done.countDown();
        }
      });
      health.start();
      health.open();
      assertTrue(done.await(10, TimeUnit.SECONDS), "deadlock");
      assertTrue(health.report().check("second").isPresent());
      assertTrue(health.await(Probe.READY, Duration.ofSeconds(10)));
    }
  }

  @Test
  void aListenerThatHangsLosesItsOldestEventsAndIsTold() throws InterruptedException {
    Health health = Health.builder()
        .time(time)
        .executor(time.executor())
        .events(task -> new Thread(task, "events").start())
        .build();
    var entered = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    var finished = new CountDownLatch(1);
    List<HealthEvent> events = Collections.synchronizedList(new ArrayList<>());
    var unused = health.subscribe(event -> {
      entered.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      events.add(event);
      if (event instanceof HealthEvent.GateChanged) {
        finished.countDown();
      }
    });
    assertTrue(entered.await(10, TimeUnit.SECONDS));
    for (int i = 0; i < 500; i++) {
      health.outOfRotation("reason " + i);
    }
    health.drain();
    release.countDown();
    assertTrue(finished.await(10, TimeUnit.SECONDS));
    assertInstanceOf(Current.class, events.get(0), "was under way");
    EventsDropped dropped = assertInstanceOf(EventsDropped.class, events.get(1));
    long rest =
        events.stream().filter(e -> e instanceof HealthEvent.RotationChanged).count();
    assertTrue(dropped.count() > 0 && rest <= 256);
    HealthEvent last = events.get(events.size() - 1);
    assertSame(HealthEvent.GateChanged.class, last.getClass(), "order is that of commits");
  }
}
