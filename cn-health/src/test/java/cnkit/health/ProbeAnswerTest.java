package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeAnswerTest {
  private static final String[] PROBES = {"/livez", "/readyz", "/startupz"};

  private final VirtualTime time = new VirtualTime();

  private Health.Builder builder() {
    return Health.builder().time(time).executor(time.executor()).random(() -> 0);
  }

  private Health started(Health.Builder builder) {
    Health health = builder.build();
    health.start();
    health.open();
    time.advance(Duration.ofSeconds(1));
    return health;
  }

  private Health withChecks(int count, Verdict verdict) {
    Health.Builder builder = builder();
    for (int i = 0; i < count; i++) {
      builder.check(Check.critical("a-check-with-a-longer-name-" + i, () -> verdict));
    }
    return started(builder);
  }

  private static ProbeReply get(Health health, String path, String query, String accept) {
    return health.answer("GET", path, query, accept).orElseThrow();
  }

  @ParameterizedTest // case H26
  @CsvSource({
    "/readyz, '', '*/*'", "/readyz, verbose, '*/*'", "/readyz, '', application/json",
    "/readyz, 'verbose&x=1', application/json", "/livez, 'a=b&c', ''", "/startupz, '', ''",
    "/readyz/a-check-with-a-longer-name-7, '', '*/*'", "/readyz/nobody, '', '*/*'"
  })
  void fiveHundredFailingChecksFitAndEveryMethodAgrees(String path, String query, String accept) {
    Health health = withChecks(500, Verdict.down("no"));
    ProbeReply get = get(health, path, query, accept);
    ProbeReply head = health.answer("HEAD", path, query, accept).orElseThrow();
    assertEquals(get.status(), head.status());
    assertEquals(get.headers(), head.headers());
    assertEquals(0, head.length());
    assertEquals("", head.text());
    assertEquals(405, health.answer("POST", path, query, accept).orElseThrow().status());
    assertEquals(
        "GET, HEAD",
        health.answer("PUT", path, query, accept).orElseThrow().headers().get("Allow"));
    assertEquals("no-store", get.headers().get("Cache-Control"));
    assertEquals("nosniff", get.headers().get("X-Content-Type-Options"));
    assertTrue(get.status() == 200 || get.status() == 503 || get.status() == 404, "never 3xx");
    assertTrue(get.length() > 0 && get.length() < 10 * 1024, () -> get.length() + " bytes");
    assertEquals(Integer.toString(get.length()), get.headers().get("Content-Length"));
    assertEquals(get.length(), get.text().getBytes(StandardCharsets.UTF_8).length);
    if (get.status() != 404 && !accept.equals("application/json")) {
      assertTrue(
          get.text().lines().findFirst().orElseThrow().contains(" check "), "status line first");
    }
  }

  @Test // case H26
  void theWorstComeFirstAndTheRestIsCounted() {
    Health.Builder builder = builder();
    for (int i = 0; i < 250; i++) {
      builder.check(Check.critical("works-but-has-a-rather-long-name-" + i, Verdict::up));
      builder.check(Check.optional("degrades-and-has-a-long-name-" + i, () -> Verdict.down("no")));
    }
    builder.check(Check.critical("the-one-that-fails", () -> Verdict.down("no")));
    Health health = started(builder);
    List<String> lines = get(health, "/readyz", "verbose", "").text().lines().toList();
    assertEquals("readyz check failed: DOWN", lines.get(0));
    assertEquals("[-]the-one-that-fails DOWN (failed)", lines.get(1));
    assertEquals("[!]degrades-and-has-a-long-name-0 DOWN (failed)", lines.get(2));
    String last = lines.get(lines.size() - 1);
    assertEquals("… and " + (501 - (lines.size() - 2)) + " more", last);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 50, 500})
  void aPlainProbeAllocatesNothingFromRequestToBody(int checks) {
    Health health = withChecks(checks, Verdict.up());
    requireNoAllocation(health);
    health.close(); // nobody renews: the answers get too old
    time.advance(Duration.ofMinutes(5));
    assertEquals(503, get(health, "/readyz", "", "").status());
    requireNoAllocation(health);
  }

  private static void requireNoAllocation(Health health) {
    var sink = new Counting();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 20 && least > 0; attempt++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 1_000; i++) {
        probe(health, sink);
      }
      least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
    }
    long before = threads.getThreadAllocatedBytes(id);
    long reading = threads.getThreadAllocatedBytes(id) - before;
    assertTrue(least <= reading, "allocated " + least + " bytes in 1,000 probes");
    assertTrue(sink.bytes > 0);
  }

  private static void probe(Health health, OutputStream sink) {
    try {
      for (String path : PROBES) {
        health.answer("GET", path, null, "*/*").orElseThrow().writeTo(sink);
        health.answer("GET", path, "", null).orElseThrow().writeTo(sink);
        health.answer("HEAD", path, null, "").orElseThrow().writeTo(sink);
        health.answer("POST", path, null, "").orElseThrow().writeTo(sink);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  @Test
  void aPlainProbeReadsTheClockOnceAndNothingElseDoes() {
    var reads = new AtomicInteger();
    Health health = started(builder()
        .time(new OtherTime(time) {
          @Override
          public long nanoTime() {
            reads.incrementAndGet();
            return super.nanoTime();
          }
        })
        .check(Check.critical("db", Verdict::up)));
    for (String path : PROBES) {
      int before = reads.get();
      assertEquals(200, get(health, path, "", "").status());
      assertEquals(1, reads.get() - before, path);
    }
  }

  /** Somebody holds the writers' lock and never lets go; no answer waits for it. */
  @Test
  @Timeout(30)
  void noAnswerWaitsForALock() throws InterruptedException {
    var held = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    HealthState state =
        HealthState.EMPTY.add(Check.critical("db", Verdict::up), EnumSet.of(Probe.READY), false);
    var board = new Board(time, time.executor(), state);
    Router router = new Router(
        board,
        new EnumMap<>(Probe.class),
        Map.of("storage", Set.of("db")),
        List.of(Renderer.text(), Renderer.microProfileJson()));
    var writer = new Thread(() -> board.commit(before -> {
      held.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return before;
    }));
    writer.start();
    try {
      held.await();
      for (String path :
          List.of("/livez", "/readyz", "/startupz", "/readyz/db", "/readyz/storage")) {
        for (String query : List.of("", "verbose", "exclude=db")) {
          for (String accept : List.of("", "application/json")) {
            assertTrue(router.answer("GET", path, query, accept).isPresent());
          }
        }
      }
      assertEquals(ServingStatus.NOT_SERVING, router.servingStatus("storage"));
      assertEquals(1, board.report().checks().size());
    } finally {
      release.countDown();
      writer.join();
    }
  }

  /** However a stranger asks, the status line comes first and the failing checks are not pushed out. */
  @Test
  void aHostileQueryCannotHideWhatFails() {
    Health health = withChecks(3, Verdict.down("no"));
    String query = "verbose&" + "exclude=no-such-name-that-is-rather-long-too-long&".repeat(2_000);
    for (String accept : List.of("", "application/json")) {
      ProbeReply reply = get(health, "/readyz", query, accept);
      assertEquals(503, reply.status());
      assertTrue(reply.length() < 10 * 1024);
      assertTrue(reply.text().contains("a-check-with-a-longer-name-2"), reply.text());
    }
  }

  private static final class Counting extends OutputStream {
    long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
      bytes += length;
    }
  }

  @Test
  void resultsThatChangeNothingLeaveThePreparedAnswerAsItIs() {
    Health health = withChecks(3, Verdict.up());
    Optional<ProbeReply> first = health.answer("GET", "/readyz", "", "");
    time.advance(Duration.ofMinutes(10));
    assertSame(first, health.answer("GET", "/readyz", "", ""));
  }

  @Test // case H25
  void secretsAreNotInAnyBodyAndReasonsOnlyWhereAllowed() {
    String url = "jdbc:postgresql://admin:hunter2@db.internal:5432/orders?password=hunter2";
    Health health = started(builder().check(Check.critical("orders-db", () -> {
      throw new SQLException("cannot connect to " + url);
    })));
    for (String accept : List.of("", "application/json")) {
      for (String query : List.of("", "verbose", "exclude=x")) {
        String body = get(health, "/readyz", query, accept).text();
        assertFalse(
            body.contains("hunter2") || body.contains("db.internal") || body.contains("connect"),
            body);
      }
      BooleanSupplier allowed = () -> true;
      String body = health
          .answer("GET", "/readyz", "verbose", accept, allowed)
          .orElseThrow()
          .text();
      assertTrue(
          body.contains("SQLException: cannot connect to jdbc:postgresql://***@db.internal"), body);
      assertTrue(body.contains("password=***"), body);
      assertFalse(body.contains("hunter2"), body);
    }
    BooleanSupplier broken = () -> {
      throw new IllegalStateException("no session");
    };
    assertFalse(health
        .answer("GET", "/readyz", "verbose", "", broken)
        .orElseThrow()
        .text()
        .contains("SQLException"));
  }

  @Test
  void detailsAreAskedForOnlyWhenTheyAreAtStake() {
    Health health = withChecks(1, Verdict.up());
    var asked = new AtomicInteger();
    BooleanSupplier allowed = () -> asked.incrementAndGet() > 0;
    var unused = health.answer("GET", "/readyz", "", "", allowed);
    assertEquals(0, asked.get());
    unused = health.answer("GET", "/readyz", "verbose", "", allowed);
    assertEquals(1, asked.get());
  }

  @ParameterizedTest
  @CsvSource({
    "'', text/plain",
    "'*/*', text/plain",
    "application/json, application/json",
    "text/html, text/plain",
    "'text/plain;q=0.5, application/json', application/json",
    "'application/json;q=0.2, */*;q=0.8', text/plain",
    "'application/*', application/json",
    "'application/json;q=0', text/plain",
    "'application/x-mine', application/x-mine",
    "',;,', text/plain"
  })
  void theAcceptHeaderChoosesTheRenderer(String accept, String expected) {
    Health health = started(builder().renderer(new Renderer() {
      @Override
      public String contentType() {
        return "application/x-mine";
      }

      @Override
      public String render(Page page) {
        return page.status().name();
      }
    }));
    String type = get(health, "/readyz", "", accept).headers().getOrDefault("Content-Type", "");
    assertTrue(type.startsWith(expected), type);
  }

  @Test
  void aRendererThatThrowsIsReplacedByText() {
    Health health = started(builder().renderer(new Renderer() {
      @Override
      public String contentType() {
        return "application/x-broken";
      }

      @Override
      public String render(Page page) {
        throw new StackOverflowError();
      }
    }));
    assertEquals(
        "readyz check passed: UP\n",
        get(health, "/readyz", "", "application/x-broken").text());
  }

  @ParameterizedTest
  @CsvSource({"text/plain, txt", "application/json, json"})
  void everyRenderingIsAsRecorded(String accept, String suffix) throws IOException {
    Health health = started(builder()
        .check(Check.critical("orders-db", () -> Verdict.down("pool \"main\" is\nempty")))
        .check(Check.critical("disk", Verdict::up))
        .check(Check.optional("cache", () -> Verdict.degraded("hit rate 12 %")))
        .check(Check.optional("mail", () -> Verdict.down("no route")))
        .check(Check.critical("broker", Verdict::up).successThreshold(2).every(Duration.ofDays(1)))
        .liveness(Heartbeat.named("consumer", Duration.ofSeconds(5)))
        .group("storage", "orders-db", "disk"));
    var all = new StringBuilder();
    record(all, "/readyz", "", health, accept);
    record(all, "/readyz", "verbose", health, accept);
    record(all, "/readyz", "exclude=storage&exclude=nobody&verbose", health, accept);
    record(all, "/readyz/storage", "", health, accept);
    record(all, "/livez", "verbose", health, accept);
    record(all, "/startupz", "", health, accept);
    all.append("-- with details\n");
    all.append(health.answer("GET", "/readyz", "verbose", accept, () -> true).orElseThrow());
    health.outOfRotation("maintenance");
    health.drain();
    record(all, "/readyz", "exclude=orders-db", health, accept);
    Path golden = Path.of("src/test/resources/golden/probes." + suffix);
    if (Boolean.getBoolean("cn.golden.write")) {
      Files.writeString(golden, all);
    }
    assertEquals(
        Files.readString(golden), all.toString(), "-Dcn.golden.write=true accepts what is now");
  }

  private static void record(
      StringBuilder all, String path, String query, Health health, String accept) {
    all.append("-- ").append(path).append(query.isEmpty() ? "" : "?" + query).append('\n');
    all.append(get(health, path, query, accept));
  }
}
