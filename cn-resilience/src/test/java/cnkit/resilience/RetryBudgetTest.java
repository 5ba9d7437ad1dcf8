package cnkit.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
  private static RetryBudget empty(double ratio, int reserve) {
    return RetryBudget.of(
        RetryBudgetSettings.ratio(ratio).withReserve(reserve).withInitial(0).withFloorPerSecond(0),
        TestTime.reading(() -> 0));
  }

  @Test
  @DisplayName("case R22: a share of 0.6 grants 6 of 10, not 10")
  void aShareIsNotRoundedUp() {
    RetryBudget budget = empty(0.6, 100);
    for (int i = 0; i < 10; i++) {
      budget.onFirstAttempt();
    }
    int granted = 0;
    for (int i = 0; i < 10; i++) {
      granted += budget.tryWithdraw() ? 1 : 0;
    }
    assertEquals(6, granted);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.75, 0.99, 0.9999, 0.0001, 2.0})
  @DisplayName("case R23: over many calls the share is exact")
  void theShareIsExact(double ratio) {
    RetryBudget budget = empty(ratio, 100);
    int granted = 0;
    for (int i = 0; i < 10_000; i++) {
      budget.onFirstAttempt();
      while (budget.tryWithdraw()) {
        granted++;
      }
    }
    assertTrue(Math.abs(granted - Math.floor(10_000 * ratio)) <= 1, granted + " granted");
  }

  @Test
  @DisplayName(
      "case R25: five saved retries are granted five times, to however many threads at once")
  void neverMoreThanSaved() throws Exception {
    RetryBudget budget = RetryBudget.of(
        RetryBudgetSettings.ratio(0).withReserve(5).withFloorPerSecond(0),
        TestTime.reading(() -> 0));
    AtomicInteger granted = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    Thread[] threads = new Thread[64];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = new Thread(() -> {
        try {
          start.await();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
        granted.addAndGet(budget.tryWithdraw() ? 1 : 0);
      });
      threads[i].start();
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(5, granted.get());
  }

  /** The default bounds the load of a fleet by its traffic, whatever the number of clients and the time that passes. */
  @Test
  void timeAloneGrantsNothing() {
    long[] now = {Long.MAX_VALUE - 10};
    RetryBudget budget =
        RetryBudget.of(RetryBudgetSettings.ratio(0.1), TestTime.reading(() -> now[0]));
    int granted = 0;
    for (int day = 0; day < 1_000; day++) {
      granted += budget.tryWithdraw() ? 1 : 0;
      now[0] += 86_400_000_000_000L;
    }
    assertEquals(10, granted, "the reserve, once");
  }

  @Test
  void aQuietClientIsGrantedItsRetryFromTheFirstCallOnWhileNoMoreThanTheShareFails() {
    long[] now = {0};
    RetryBudget budget =
        RetryBudget.of(RetryBudgetSettings.ratio(0.1), TestTime.reading(() -> now[0]));
    for (int minute = 0; minute < 1_000; minute++) {
      budget.onFirstAttempt();
      if (minute % 10 == 0) {
        assertTrue(budget.tryWithdraw(), "refused in minute " + minute);
      }
      now[0] += 60_000_000_000L;
    }
  }

  @Test
  void aQuietClientLivesThroughABadStartAndEarnsItsNextRetryByTenCalls() {
    RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(0.1), TestTime.reading(() -> 0));
    int granted = 0;
    for (int call = 0; call < 100; call++) {
      budget.onFirstAttempt();
      granted += budget.tryWithdraw() ? 1 : 0;
    }
    assertEquals(10 + 9, granted, "the reserve, full at the first call, and a tenth of the rest");
  }

  @Test
  void theFloorGrantsARetryASecondToWhoeverHasNothing() {
    long[] now = {Long.MAX_VALUE - 10};
    RetryBudget budget = RetryBudget.of(
        RetryBudgetSettings.ratio(0.1).withInitial(0).withFloorPerSecond(1),
        TestTime.reading(() -> now[0]));
    int granted = 0;
    for (int tenths = 0; tenths < 100; tenths++) {
      granted += budget.tryWithdraw() ? 1 : 0;
      now[0] += 100_000_000;
    }
    assertEquals(10, granted);
  }

  @Test
  void savingStopsAtTheReserveAndThenNothingIsWritten() {
    RetryBudget budget =
        RetryBudget.of(RetryBudgetSettings.ratio(0.5).withReserve(3), TestTime.reading(() -> 0));
    for (int i = 0; i < 100; i++) {
      budget.onFirstAttempt();
    }
    assertEquals(3.0, budget.available());
    assertTrue(budget.tryWithdraw());
    budget.refund();
    assertEquals(3.0, budget.available());
  }
}
