package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.testing.SimulatedVolume;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Two coupled keys of one volume, swapped as fast as it goes, read as a mount, as a file and through variables. */
final class Swaps {
  record Coupled(int a, int b) {}

  private Swaps() {}

  /** In a JVM of its own. */
  public static void main(String[] args) throws Exception {
    run(Path.of(args[0]), Integer.parseInt(args[1]));
    System.out.println("tore nothing");
  }

  private static Map<String, String> version(int n) {
    return Map.of("a", n + "\n", "b", n + "\n");
  }

  static void run(Path directory, int swaps) throws Exception {
    SimulatedVolume volume = SimulatedVolume.at(directory);
    volume.publish(version(0));
    var mounted =
        Config.builder(Coupled.class, MethodHandles.lookup()).mounts(directory).reloadable();
    var named = Config.builder(Coupled.class, MethodHandles.lookup())
        .prefix("APP")
        .environment(Map.of(
            "APP_A_FILE", directory.resolve("a").toString(),
            "APP_B_FILE", directory.resolve("b").toString()))
        .reloadable();
    var sources = List.of(mounted, named);
    var done = new AtomicBoolean();
    var torn = new AtomicLong();
    var reads = new AtomicLong();
    var refused = new ArrayList<ReloadEvent>();
    mounted.subscribe(event -> {
      if (event instanceof ReloadEvent.Refused) {
        refused.add(event);
      }
    });
    var threads = new ArrayList<Thread>();
    for (Reloadable<Coupled> source : sources) {
      threads.add(new Thread(() -> {
        while (!done.get()) {
          source.poll();
        }
      }));
      threads.add(new Thread(() -> {
        while (!done.get()) {
          Coupled value = source.value();
          if (value.a() != value.b()) {
            torn.incrementAndGet();
          }
          reads.incrementAndGet();
        }
      }));
    }
    for (Thread thread : threads) {
      thread.setDaemon(true);
      thread.start();
    }
    for (int n = 1; n <= swaps; n++) {
      volume.publish(version(n));
    }
    done.set(true);
    for (Thread thread : threads) {
      thread.join(60_000);
    }
    assertEquals(0, torn.get());
    assertTrue(reads.get() > 0);
    assertEquals(List.of(), refused);
    for (Reloadable<Coupled> source : sources) {
      source.poll();
      source.poll();
      assertEquals(new Coupled(swaps, swaps), source.value());
      source.close();
    }
  }
}
