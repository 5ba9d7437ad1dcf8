package cnkit.core.search;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Turns;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs a few threads through the product's own classes in every order in which their atomic accesses can follow each other.
 * {@link Turns} stops a thread before each access; the thread that stops decides who goes on. All shared state lies in
 * atomic words and states, so these orders are all that can happen. Each run starts from a new scenario; the search goes
 * through the choices depth first, and is the same each time.
 */
public final class Interleavings {
  private static final int LONGEST = 1_000;
  /** Who waits in a loop makes room for the others after so many accesses. */
  private static final int PATIENCE = 40;

  private static final ThreadLocal<@Nullable Integer> NUMBER = new ThreadLocal<>();

  private Interleavings() {}

  /** Fresh memory, the threads that meet in it, and what must hold in the end. */
  public interface Scenario {
    /** What each thread does. */
    List<Runnable> threads();

    /** Throws if the end is not a right one; the threads have ended. */
    void check();

    /** A scenario of these threads. */
    static Scenario of(Runnable check, Runnable... threads) {
      return new Scenario() {
        @Override
        public List<Runnable> threads() {
          return List.of(threads);
        }

        @Override
        public void check() {
          check.run();
        }
      };
    }
  }

  /** How many orders there are; an {@link AssertionError} names the first that ended wrong. */
  public static long explore(Supplier<? extends Scenario> scenarios) {
    return explore(Integer.MAX_VALUE, scenarios);
  }

  /** As the other method, in the orders in which at most so many threads are interrupted before their end. */
  public static long explore(int preemptions, Supplier<? extends Scenario> scenarios) {
    List<ExecutorService> pool = new ArrayList<>();
    try {
      List<Integer> path = new ArrayList<>();
      long runs = 0;
      while (true) {
        Run run = new Run(path, preemptions);
        run.go(scenarios.get(), pool);
        runs++;
        int last = path.size() - 1;
        while (last >= 0 && path.get(last) + 1 == run.options.get(last)) {
          last--;
        }
        if (last < 0) {
          return runs;
        }
        path = new ArrayList<>(path.subList(0, last + 1));
        path.set(last, path.get(last) + 1);
      }
    } finally {
      Turns.remove();
      pool.forEach(ExecutorService::shutdown);
    }
  }

  /**
   * The thread of the program with that number, the same in each run. Its id is the number's parity in each of the stripes
   * that are chosen by an id: so programs 0 and 2 meet at home, and program 1 lives next door.
   */
  private static ExecutorService worker(int number) {
    return Executors.newSingleThreadExecutor(task -> {
      Thread thread = new Thread(task, "interleaving");
      while (thread.getId() % 64 != number % 2) {
        thread = new Thread(task, "interleaving");
      }
      thread.setDaemon(true);
      return thread;
    });
  }

  /** One order. Only the thread whose turn it is touches the fields. */
  private static final class Run {
    private final List<Integer> path;
    private final List<Integer> options = new ArrayList<>();
    private final List<Semaphore> turns = new ArrayList<>();
    private final Semaphore stopped = new Semaphore(0);
    private final BitSet stoppedOnce = new BitSet();
    private final BitSet alive = new BitSet();
    private final StringBuilder order = new StringBuilder();
    private int preemptionsLeft;
    private int inARow;
    private int checking;
    private @Nullable Throwable thrown;

    Run(List<Integer> path, int preemptions) {
      this.path = path;
      this.preemptionsLeft = preemptions;
    }

    void go(Scenario scenario, List<ExecutorService> pool) {
      List<Runnable> threads = scenario.threads();
      Turns.install(this::access);
      for (int i = 0; i < threads.size(); i++) {
        int own = i;
        turns.add(new Semaphore(0));
        alive.set(own);
        if (pool.size() == own) {
          pool.add(worker(own));
        }
        pool.get(own).execute(() -> run(own, threads.get(own)));
        stopped.acquireUninterruptibly(); // what a thread does before its first access meets nobody
      }
      if (!alive.isEmpty()) {
        turns.get(next(-1)).release();
        stopped.acquireUninterruptibly();
      }
      try {
        if (thrown != null) {
          throw thrown;
        }
        scenario.check();
      } catch (Throwable t) {
        throw new AssertionError("in the order " + order + ": " + t.getMessage(), t);
      }
    }

    private void run(int own, Runnable thread) {
      NUMBER.set(own);
      try {
        thread.run();
      } catch (Throwable t) {
        thrown = t;
      }
      NUMBER.remove();
      alive.clear(own);
      if (!stoppedOnce.get(own) || alive.isEmpty()) {
        stopped.release();
      } else {
        turns.get(next(-1)).release();
      }
    }

    /** A thread is about to access shared state. */
    private void access() {
      Integer own = NUMBER.get();
      if (own == null) {
        if (checking++ > 10 * LONGEST) {
          throw new AssertionError("no end of the check in sight");
        }
        return; // who builds and checks the scenario
      }
      if (order.length() > LONGEST) {
        throw new AssertionError("no end in sight");
      }
      if (stoppedOnce.get(own)) {
        int next = next(own);
        if (next == own) {
          return;
        }
        turns.get(next).release();
      } else {
        stoppedOnce.set(own);
        stopped.release();
      }
      turns.get(own).acquireUninterruptibly();
    }

    /** Who goes on; the present thread, if it is alive, is the first choice. */
    private int next(int present) {
      List<Integer> choices = new ArrayList<>();
      boolean waits = inARow >= PATIENCE && alive.cardinality() > 1;
      if (present >= 0 && !waits) {
        choices.add(present);
      }
      for (int i = alive.nextSetBit(0);
          i >= 0 && (present < 0 || preemptionsLeft > 0 || waits);
          i = alive.nextSetBit(i + 1)) {
        if (i != present) {
          choices.add(i);
        }
      }
      int depth = options.size();
      options.add(choices.size());
      if (depth == path.size()) {
        path.add(0);
      }
      int chosen = requireNonNull(choices.get(path.get(depth)));
      if (present >= 0 && chosen != present) {
        preemptionsLeft--;
      }
      inARow = chosen == present ? inARow + 1 : 0;
      order.append((char) ('A' + chosen));
      return chosen;
    }
  }
}
