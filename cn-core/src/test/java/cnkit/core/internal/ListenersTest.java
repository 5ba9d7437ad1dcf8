package cnkit.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Subscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ListenersTest {
  /** Events are texts: {@code now 3} is the state, {@code 4} the commit that leads to it, {@code lost 2} an overflow. */
  private final Listeners<String> inline =
      new Listeners<>("test", Runnable::run, () -> "now 0", lost -> "lost " + lost);

  private static void commit(Listeners<String> listeners, long to) {
    listeners.publish(to - 1, to, () -> "now " + to, List.of(Long.toString(to)));
    listeners.deliver();
  }

  @Test
  void theFirstEventIsTheCurrentState() {
    List<String> seen = new ArrayList<>();
    commit(inline, 1);
    Subscription subscription = inline.subscribe(seen::add);
    commit(inline, 2);
    subscription.close();
    commit(inline, 3);
    assertEquals(List.of("now 1", "2"), seen);
  }

  @Property(tries = 200)
  void whateverTheOrderOfPublishingEventsComeInTheOrderOfCommits(
      @ForAll @IntRange(min = 1, max = 30) int commits, @ForAll long seed) {
    var listeners = new Listeners<>("test", Runnable::run, () -> "now 0", lost -> "lost " + lost);
    List<String> seen = new ArrayList<>();
    listeners.subscribe(seen::add);
    List<Integer> order =
        new ArrayList<>(IntStream.rangeClosed(1, commits).boxed().toList());
    Collections.shuffle(order, new java.util.Random(seed));
    order.forEach(to -> commit(listeners, to));
    List<String> expected = new ArrayList<>(List.of("now 0"));
    IntStream.rangeClosed(1, commits).forEach(to -> expected.add(Integer.toString(to)));
    assertEquals(expected, seen);
  }

  @Test
  void aNewcomerSeesNoCommitWhosePredecessorIsStillMissing() {
    List<String> seen = new ArrayList<>();
    commit(inline, 2);
    inline.subscribe(seen::add);
    commit(inline, 1);
    assertEquals(List.of("now 0", "1", "2"), seen);
  }

  @Test
  void noEventIsLostBetweenTheSnapshotAndTheSubscription() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 300; round++) {
        var listeners =
            new Listeners<>("test", Runnable::run, () -> "now 0", lost -> "lost " + lost);
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch both = new CountDownLatch(2);
        Future<?> committing = threads.submit(awaiting(both, () -> {
          for (int to = 1; to <= 20; to++) {
            commit(listeners, to);
          }
        }));
        Future<?> joining = threads.submit(awaiting(both, () -> listeners.subscribe(seen::add)));
        committing.get();
        joining.get();
        listeners.deliver();
        int first = Integer.parseInt(seen.get(0).substring("now ".length()));
        List<String> expected = new ArrayList<>(List.of("now " + first));
        IntStream.rangeClosed(first + 1, 20).forEach(to -> expected.add(Integer.toString(to)));
        assertEquals(expected, seen);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Callable<Void> awaiting(CountDownLatch both, Runnable body) {
    return () -> {
      both.countDown();
      both.await();
      body.run();
      return null;
    };
  }

  @Test
  void aFullQueueDropsTheOldestAndTellsHowMany() {
    ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    var listeners = new Listeners<>("test", tasks::add, () -> "now 0", lost -> "lost " + lost);
    List<String> seen = new ArrayList<>();
    listeners.subscribe(seen::add);
    for (int to = 1; to <= Listeners.CAPACITY + 9; to++) {
      commit(listeners, to);
    }
    assertFalse(listeners.delivered());
    while (!tasks.isEmpty()) {
      tasks.poll().run();
    }
    assertEquals("lost 10", seen.get(0)); // the current state and nine commits
    assertEquals("10", seen.get(1));
    assertEquals(Listeners.CAPACITY + 1, seen.size());
    assertTrue(listeners.delivered());
  }

  @Test
  void aListenerThatThrowsStaysSubscribedAndHarmsNobody() {
    List<String> seen = new ArrayList<>();
    inline.subscribe(event -> {
      seen.add(event);
      throw new AssertionError(event);
    });
    List<String> others = new ArrayList<>();
    inline.subscribe(others::add);
    commit(inline, 1);
    commit(inline, 2);
    assertEquals(List.of("now 0", "1", "2"), seen);
    assertEquals(seen, others);
  }

  @Test // case R160
  void anExecutorThatRefusesOrLosesATaskCostsNoLaterEvent() {
    for (String way : List.of("throws", "throws an Error", "discards")) {
      AtomicInteger tasks = new AtomicInteger();
      var listeners = new Listeners<>(
          "test",
          task -> {
            if (tasks.incrementAndGet() == 2) {
              switch (way) {
                case "throws" -> throw new RejectedExecutionException();
                case "throws an Error" -> throw new OutOfMemoryError("no thread");
                default -> {
                  return; // silently
                }
              }
            }
            task.run();
          },
          () -> "now 0",
          lost -> "lost " + lost);
      List<String> seen = new ArrayList<>();
      listeners.subscribe(seen::add);
      for (int to = 1; to <= 10; to++) {
        commit(listeners, to);
      }
      assertEquals("10", seen.get(seen.size() - 1), way);
      assertEquals(11, seen.size(), way);
    }
  }

  @Test
  void anExecutorThatIsOnlySlowGetsFewTasksMoreThanItNeeds() {
    ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    var listeners = new Listeners<>("test", tasks::add, () -> "now 0", lost -> "lost " + lost);
    List<String> seen = new ArrayList<>();
    listeners.subscribe(seen::add);
    for (int to = 1; to <= 200; to++) {
      commit(listeners, to);
    }
    assertTrue(tasks.size() <= 9, () -> tasks.size() + " tasks");
    tasks.forEach(Runnable::run);
    assertEquals(201, seen.size());
  }

  @Test
  void aListenerIsNeverCalledByTwoThreadsAtOnceNorTwiceForOneEvent() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      var listeners = new Listeners<>("test", pool, () -> "now 0", lost -> "lost " + lost);
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger overlaps = new AtomicInteger();
      List<String> seen = new ArrayList<>(); // not safe for two threads, on purpose
      CountDownLatch last = new CountDownLatch(1);
      listeners.subscribe(event -> {
        overlaps.addAndGet(inside.getAndIncrement());
        seen.add(event);
        inside.decrementAndGet();
        if (event.equals("200")) {
          last.countDown();
        }
      });
      for (int to = 1; to <= 200; to++) {
        commit(listeners, to);
      }
      last.await();
      assertEquals(0, overlaps.get());
      assertEquals(201, seen.size());
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  @SuppressWarnings("NullAway") // as a caller without null checks does
  void aListenerThatIsMissingIsRefusedAtOnce() {
    assertThrows(NullPointerException.class, () -> inline.subscribe(null));
  }
}
