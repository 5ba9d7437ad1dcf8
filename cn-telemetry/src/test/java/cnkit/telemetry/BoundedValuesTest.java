package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.opentelemetry.api.OpenTelemetry;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedValuesTest {
  @Test
  void theFirstValuesKeepPassingAndAllLaterOnesAreOneSeriesThatIsCountedByAttribute() {
    try (Recorded recorded = new Recorded()) {
      BoundedValues tenants = BoundedValues.of("app.tenant", 2, recorded.otel());
      assertEquals("a", tenants.bound("a"));
      assertEquals("b", tenants.bound("b"));
      assertEquals(BoundedValues.OTHER, tenants.bound("c"));
      assertEquals(BoundedValues.OTHER, tenants.bound("d"));
      assertEquals("a", tenants.bound("a"));
      assertEquals(
          Map.of("{cn.telemetry.attribute=app.tenant}", 2L),
          recorded.series("cn.telemetry.overflow"));
    }
  }

  @Test
  void aValueTooLongToBeOneNeverPasses() {
    BoundedValues values = BoundedValues.of("x", 9, OpenTelemetry.noop());
    assertEquals(BoundedValues.OTHER, values.bound("v".repeat(257)));
    assertEquals("v".repeat(256), values.bound("v".repeat(256)));
  }

  @Test
  void racingThreadsNeverLetMoreThanTheLimitPass() throws Exception {
    BoundedValues values = BoundedValues.of("x", 10, OpenTelemetry.noop());
    Set<String> passed = ConcurrentHashMap.newKeySet();
    var barrier = new CyclicBarrier(4);
    var pool = Executors.newFixedThreadPool(4);
    var done = new ArrayList<Future<?>>();
    for (int thread = 0; thread < 4; thread++) {
      int offset = thread;
      done.add(pool.submit(() -> {
        barrier.await();
        for (int i = 0; i < 1000; i++) {
          passed.add(values.bound("v" + (i + offset) % 100));
        }
        return null;
      }));
    }
    for (Future<?> future : done) {
      future.get();
    }
    pool.shutdown();
    passed.remove(BoundedValues.OTHER);
    assertEquals(10, passed.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 10_001})
  void aLimitOutOfRangeIsRefusedWithTheRange(int limit) {
    var refused = assertThrows(
        IllegalArgumentException.class, () -> BoundedValues.of("x", limit, OpenTelemetry.noop()));
    assertEquals("limit: expected 1..10000, got " + limit, refused.getMessage());
  }
}
