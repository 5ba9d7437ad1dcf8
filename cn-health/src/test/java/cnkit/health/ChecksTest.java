package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.reflect.Proxy;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChecksTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir
  Path directory;

  private static HealthStatus run(Check.Body body) throws Exception {
    return body.run().status();
  }

  private static HealthStatus run(Check.AsyncBody body) throws Exception {
    return body.start().toCompletableFuture().get(20, TimeUnit.SECONDS).status();
  }

  @Test
  void diskSpaceComparesUsableBytes() throws Exception {
    assertEquals(HealthStatus.UP, run(Checks.diskSpace(directory, 1)));
    assertEquals(HealthStatus.DOWN, run(Checks.diskSpace(directory, Long.MAX_VALUE)));
    assertThrows(Exception.class, () -> run(Checks.diskSpace(directory.resolve("gone"), 1)));
    assertThrows(IllegalArgumentException.class, () -> Checks.diskSpace(directory, 0));
  }

  @Test
  void heapAndDescriptorsDegradeAndNeverFail() throws Exception {
    System.gc();
    assertEquals(HealthStatus.UP, run(Checks.heapAfterCollection(1)));
    assertEquals(HealthStatus.DEGRADED, run(Checks.heapAfterCollection(Double.MIN_VALUE)));
    assertEquals(HealthStatus.UP, run(Checks.fileDescriptors(1)));
    assertEquals(HealthStatus.DEGRADED, run(Checks.fileDescriptors(Double.MIN_VALUE)));
    assertThrows(IllegalArgumentException.class, () -> Checks.fileDescriptors(Double.NaN));
  }

  /** A survivor space is full after every young collection; only what lives long says something. */
  @Test
  void ofTheHeapOnlyThePoolOfWhatLivesLongIsLookedAt() {
    assertEquals(0.25, Checks.afterCollection(List.of(pool(false, 100), pool(true, 25))));
    assertEquals(0, Checks.afterCollection(List.of(pool(false, 100))));
    long real = ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(p -> p.getType() == MemoryType.HEAP && p.isUsageThresholdSupported())
        .count();
    assertTrue(real > 0, "this JVM has such a pool");
  }

  private static MemoryPoolMXBean pool(boolean livesLong, int percent) {
    return proxy(MemoryPoolMXBean.class, method -> switch (method) {
      case "getType" -> MemoryType.HEAP;
      case "isUsageThresholdSupported" -> livesLong;
      case "getCollectionUsage" -> new MemoryUsage(0, percent, 100, 100);
      default -> throw new AssertionError(method);
    });
  }

  @Test
  void aVirtualThreadCanaryIsUpWhereItsThreadRunsOrThereAreNone() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertEquals(HealthStatus.UP, run(Checks.virtualThreads()));
    }
  }

  /** Alone in a process with one carrier: what holds it holds every virtual thread there. */
  @Test
  @Tag("full")
  void whereCarriersAreBurntTheCanaryTellsAndOtherChecksGoOn() throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "this JVM has no virtual threads");
    Process child = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djdk.virtualThreadScheduler.parallelism=1",
            "-Djdk.virtualThreadScheduler.maxPoolSize=1",
            "-cp",
            System.getProperty("java.class.path"),
            BurntCarriers.class.getName())
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("burnt.log").toFile())
        .start();
    try {
      assertTrue(child.waitFor(50, TimeUnit.SECONDS), "the child hangs");
    } finally {
      child.destroyForcibly();
    }
    assertEquals(0, child.exitValue(), Files.readString(directory.resolve("burnt.log")));
  }

  @Test
  void aDeadlockIsFoundAndNamed() throws Exception {
    assertEquals(HealthStatus.UP, run(Checks.noDeadlock()));
    var first = new ReentrantLock();
    var second = new ReentrantLock();
    var both = new CountDownLatch(2);
    Thread one = embrace("embrace-one", first, second, both);
    Thread two = embrace("embrace-two", second, first, both);
    try {
      Verdict verdict = Verdict.up();
      for (int i = 0; i < 2_000 && verdict.status() == HealthStatus.UP; i++) {
        TimeUnit.MILLISECONDS.timedJoin(one, 5);
        verdict = Checks.noDeadlock().run();
      }
      assertEquals(HealthStatus.DOWN, verdict.status());
      assertTrue(
          verdict.reason().contains("embrace-one") && verdict.reason().contains("embrace-two"));
    } finally {
      one.interrupt();
      two.interrupt();
      one.join();
      two.join();
    }
  }

  private static Thread embrace(
      String name, ReentrantLock mine, ReentrantLock theirs, CountDownLatch both) {
    Thread thread = new Thread(
        () -> {
          mine.lock();
          try {
            both.countDown();
            both.await();
            theirs.lockInterruptibly();
            theirs.unlock();
          } catch (InterruptedException released) {
            // the test is over
          } finally {
            mine.unlock();
          }
        },
        name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void aCanaryIsUpWhenItRunsAndPendingWhileItCannot() throws Exception {
    var pool = (ThreadPoolExecutor) Executors.newFixedThreadPool(1);
    var release = new CountDownLatch(1);
    try {
      assertEquals(HealthStatus.UP, run(Checks.canary(pool)));
      pool.execute(() -> {
        try {
          release.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      var waiting = Checks.canary(pool).start().toCompletableFuture();
      assertEquals(HealthStatus.DEGRADED, run(Checks.executorNotSaturated(pool, 0)));
      assertEquals(HealthStatus.UP, run(Checks.executorNotSaturated(pool, 5)));
      assertTrue(!waiting.isDone());
      release.countDown();
      assertEquals(HealthStatus.UP, waiting.get(10, TimeUnit.SECONDS).status());
    } finally {
      release.countDown();
      pool.shutdownNow();
    }
    assertThrows(RejectedExecutionException.class, () -> run(Checks.canary(pool)));
    assertEquals(HealthStatus.DOWN, run(Checks.executorNotSaturated(pool, 5)));
  }

  @Test
  void tcpConnectsOrSaysWhy() throws Exception {
    int port;
    try (ServerSocket server = new ServerSocket(0, 5, LOOPBACK)) {
      port = server.getLocalPort();
      assertEquals(
          HealthStatus.UP, run(Checks.tcp(LOOPBACK.getHostAddress(), port, Duration.ofSeconds(5))));
    }
    assertThrows(
        ConnectException.class,
        () -> run(Checks.tcp(LOOPBACK.getHostAddress(), port, Duration.ofSeconds(5))));
  }

  @Test
  void httpIsUpOn2xxAndItsTimeoutIsForTheBodyToo() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(LOOPBACK, 0), 5);
    var end = new CountDownLatch(1);
    var entered = new Semaphore(0);
    var cut = new Semaphore(0);
    server.setExecutor(Executors.newCachedThreadPool());
    for (int status : new int[] {200, 204, 302, 404, 500}) {
      server.createContext("/" + status, exchange -> {
        exchange.getResponseHeaders().set("Location", "/200");
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
      });
    }
    server.createContext("/endless", exchange -> {
      exchange.sendResponseHeaders(200, 0);
      entered.release();
      try {
        while (!end.await(5, TimeUnit.MILLISECONDS)) {
          exchange.getResponseBody().write(new byte[100]);
          exchange.getResponseBody().flush();
        }
      } catch (IOException closed) {
        cut.release();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
    });
    server.createContext("/body", exchange -> {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(new byte[100_000]);
      exchange.close();
    });
    server.start();
    try {
      HttpClient client = HttpClient.newHttpClient();
      String base =
          "http://" + LOOPBACK.getHostAddress() + ":" + server.getAddress().getPort() + "/";
      for (String path : new String[] {"200", "204", "body"}) {
        assertEquals(
            HealthStatus.UP,
            run(Checks.http(client, URI.create(base + path), Duration.ofSeconds(10))),
            path);
      }
      for (String path : new String[] {"302", "404", "500"}) {
        assertEquals(
            HealthStatus.DOWN,
            run(Checks.http(client, URI.create(base + path), Duration.ofSeconds(10))),
            path);
      }
      URI endless = URI.create(base + "endless");
      ExecutionException late = assertThrows(
          ExecutionException.class,
          () -> run(Checks.http(client, endless, Duration.ofMillis(300))));
      assertInstanceOf(TimeoutException.class, late.getCause());
      assertTrue(cut.tryAcquire(20, TimeUnit.SECONDS), "the connection is not kept");

      entered.drainPermits();
      var cancelled = Checks.http(client, endless, Duration.ofHours(1)).start();
      assertTrue(entered.tryAcquire(20, TimeUnit.SECONDS));
      assertTrue(cancelled.toCompletableFuture().cancel(true)); // as at the check's timeout
      assertTrue(cut.tryAcquire(20, TimeUnit.SECONDS), "nor after a cancel");
    } finally {
      end.countDown();
      server.stop(0);
    }
  }

  @Test
  void jdbcGivesItsConnectionBackWhateverItSays() throws Exception {
    var valid = new AtomicBoolean(true);
    var closed = new AtomicBoolean();
    Connection connection = proxy(Connection.class, (method) -> switch (method) {
      case "isValid" -> valid.get();
      case "close" -> {
        closed.set(true);
        yield Optional.empty();
      }
      default -> throw new AssertionError(method);
    });
    DataSource source = proxy(DataSource.class, method -> connection);
    assertEquals(HealthStatus.UP, run(Checks.jdbc(source, Duration.ofMillis(1))));
    assertTrue(closed.getAndSet(false));
    valid.set(false);
    assertEquals(HealthStatus.DOWN, run(Checks.jdbc(source, Duration.ofSeconds(1))));
    assertTrue(closed.get());
    DataSource broken = proxy(DataSource.class, method -> {
      throw new SQLException("no route");
    });
    assertThrows(SQLException.class, () -> run(Checks.jdbc(broken, Duration.ofSeconds(1))));
  }

  private interface Answer {
    Object to(String method) throws Exception;
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(),
        new Class<?>[] {type},
        (self, method, args) -> answer.to(method.getName())));
  }

  @Test
  void certificatesDegradeBeforeTheyEndAndAreDownAfter() throws Exception {
    Path store = directory.resolve("keys.p12");
    keytool(store, "valid", "-2d", "10");
    assertEquals(HealthStatus.UP, run(Checks.certificates(() -> load(store), Duration.ofDays(1))));
    assertEquals(
        HealthStatus.DEGRADED, run(Checks.certificates(() -> load(store), Duration.ofDays(30))));
    keytool(store, "expired", "-9d", "2");
    Verdict verdict =
        Checks.certificates(() -> load(store), Duration.ofDays(30)).run();
    assertEquals(HealthStatus.DOWN, verdict.status());
    assertTrue(verdict.reason().startsWith("expired expired at "), verdict.reason());
  }

  private static void keytool(Path store, String alias, String start, String days)
      throws Exception {
    Process keytool = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keystore",
            store.toString(),
            "-storepass",
            "changeit",
            "-alias",
            alias,
            "-dname",
            "CN=" + alias,
            "-keyalg",
            "EC",
            "-startdate",
            start,
            "-validity",
            days)
        .redirectErrorStream(true)
        .redirectOutput(store.resolveSibling("keytool.log").toFile())
        .start();
    assertTrue(keytool.waitFor(40, TimeUnit.SECONDS));
    assertEquals(0, keytool.exitValue(), Files.readString(store.resolveSibling("keytool.log")));
  }

  private static KeyStore load(Path store) {
    try {
      return KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void queueAgeLooksAtTheOldestEntry() throws Exception {
    assertEquals(HealthStatus.UP, run(Checks.queueAge(Optional::empty, Duration.ofSeconds(1))));
    assertEquals(
        HealthStatus.UP,
        run(Checks.queueAge(() -> Optional.of(Duration.ofSeconds(1)), Duration.ofSeconds(1))));
    assertEquals(
        HealthStatus.DOWN,
        run(Checks.queueAge(() -> Optional.of(Duration.ofSeconds(2)), Duration.ofSeconds(1))));
  }
}
