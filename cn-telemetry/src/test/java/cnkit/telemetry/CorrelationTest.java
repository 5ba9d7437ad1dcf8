package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

@SuppressWarnings("try")
class CorrelationTest {
  private static final String NONE = "null null null";
  private static final String A = "0af7651916cd43dd8448eb211c80319c 00f067aa0ba902b7 01";
  private static final String B = "4bf92f3577b34da6a3ce929d0e0e4736 b7ad6b7169203331 00";
  private static final Context TRACE_A = context(A);
  private static final Context TRACE_B = context(B);

  @AfterEach
  void nothingIsLeftBehind() {
    assertEquals(NONE, mdc());
    assertSame(Context.root(), Context.current());
  }

  @Test
  void theThreeIdsAreInTheLogWhileTheScopeIsOpen() {
    try (Scope scope = Correlation.makeCurrent(TRACE_A)) {
      assertEquals(A, mdc());
      assertSame(TRACE_A, Context.current());
    }
  }

  @Test
  void aNestedScopePutsTheOuterIdsBack() {
    try (Scope outer = Correlation.makeCurrent(TRACE_A)) {
      try (Scope inner = Correlation.makeCurrent(TRACE_B)) {
        assertEquals(B, mdc());
      }
      assertEquals(A, mdc());
    }
  }

  @Test
  void aContextWithoutSpanShowsNoForeignIds() {
    try (Scope outer = Correlation.makeCurrent(TRACE_A)) {
      try (Scope inner = Correlation.makeCurrent(Context.root())) {
        assertEquals(NONE, mdc());
      }
      assertEquals(A, mdc());
    }
  }

  @Test
  void whatOthersPutIntoTheLogIsPutBackToo() {
    MDC.put("trace_id", "theirs");
    MDC.put("user", "bob");
    try (Scope scope = Correlation.makeCurrent(TRACE_A)) {
      assertEquals(A, mdc());
      assertEquals("bob", MDC.get("user"));
    }
    assertEquals("theirs", MDC.get("trace_id"));
    MDC.clear();
  }

  @Test
  void anExceptionLeavesNothingBehind() {
    assertThrows(IllegalStateException.class, () -> {
      try (Scope scope = Correlation.makeCurrent(TRACE_A)) {
        throw new IllegalStateException("handler");
      }
    });
  }

  @Test
  void closingTwiceDoesNotTakeTheOuterScopesIdsAway() {
    Scope outer = Correlation.makeCurrent(TRACE_A);
    Scope inner = Correlation.makeCurrent(TRACE_B);
    inner.close();
    inner.close();
    assertEquals(A, mdc());
    outer.close();
  }

  @Test
  void aTaskCarriesTheContextOfItsSubmitterAndThePooledThreadForgetsIt() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      ExecutorService carrying = Correlation.carrying(pool);
      Callable<String> seen = CorrelationTest::mdc;
      String submitted;
      String invoked;
      try (Scope scope = Correlation.makeCurrent(TRACE_A)) {
        submitted = carrying.submit(seen).get(10, TimeUnit.SECONDS);
        invoked = carrying.invokeAll(List.of(seen)).get(0).get();
      }
      assertEquals(A, submitted);
      assertEquals(A, invoked);
      assertEquals(NONE, pool.submit(seen).get(10, TimeUnit.SECONDS));
      assertEquals(NONE, carrying.submit(seen).get(10, TimeUnit.SECONDS));
      carrying.shutdown();
      assertEquals(true, carrying.awaitTermination(10, TimeUnit.SECONDS));
      assertEquals(true, pool.isTerminated());
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void functionsCarryTheContextInWhichTheyWereWrapped() throws Exception {
    Runnable runnable;
    Callable<String> callable;
    java.util.function.Supplier<String> supplier;
    java.util.function.Function<String, String> function;
    var ran = new StringBuilder();
    try (Scope scope = Correlation.makeCurrent(TRACE_B)) {
      runnable = Correlation.wrap(() -> ran.append(mdc()));
      callable = Correlation.wrapCallable(CorrelationTest::mdc);
      supplier = Correlation.wrapSupplier(CorrelationTest::mdc);
      function = Correlation.wrapFunction(prefix -> prefix + mdc());
    }
    runnable.run();
    assertEquals(B, ran.toString());
    assertEquals(B, callable.call());
    assertEquals(B, supplier.get());
    assertEquals("> " + B, function.apply("> "));
  }

  @Test
  void withoutTraceAnywhereAScopeIsNothing() {
    assertSame(Scope.noop(), Correlation.makeCurrent(Context.current()));
    assertNull(MDC.get("trace_id"));
  }

  private static Context context(String ids) {
    String[] id = ids.split(" ", 3);
    return Context.root()
        .with(Span.wrap(SpanContext.create(
            id[0], id[1], TraceFlags.fromHex(id[2], 0), TraceState.getDefault())));
  }

  private static String mdc() {
    return MDC.get("trace_id") + ' ' + MDC.get("span_id") + ' ' + MDC.get("trace_flags");
  }
}
