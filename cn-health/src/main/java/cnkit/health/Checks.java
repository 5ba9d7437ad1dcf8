package cnkit.health;

import cnkit.core.internal.Arguments;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Ready-made bodies for common checks. Pass them to a factory method of {@link Check}, with a name:
 *
 * <pre>{@code
 * Health.builder()
 *     .check(Check.critical("orders-db", Checks.jdbc(dataSource, Duration.ofMillis(500))))
 *     .check(Check.optional("disk", Checks.diskSpace(Path.of("/var/lib/app"), 100_000_000)))
 *     .liveness(Check.critical("deadlock", Checks.noDeadlock()).local())
 *     .liveness(Check.criticalAsync("workers", Checks.canary(workers)).every(Duration.ofSeconds(10)).local());
 * }</pre>
 *
 * All are safe for use by many threads.
 */
public final class Checks {
  private Checks() {}

  /**
   * Checks the usable bytes of the file store that holds a path.
   *
   * @param path of an existing file or directory
   * @param leastBytes with fewer bytes the check is down; above 0
   * @return a local body
   */
  public static Check.Body diskSpace(Path path, long leastBytes) {
    positive("leastBytes", leastBytes);
    return () -> {
      long usable = Files.getFileStore(path).getUsableSpace();
      return usable >= leastBytes
          ? Verdict.up()
          : Verdict.down(usable + " bytes usable at " + path + ", expected " + leastBytes);
    };
  }

  /**
   * Checks the heap in use after the last collection, in the pool for long-lived objects. The heap in use between two
   * collections is not used, because most of it is garbage.
   *
   * @param mostUsed share of the maximum, above 0 to 1; above it the check is degraded, not down, because a restart
   *     does not help if the heap is needed
   * @return a local body; up if the JVM does not provide the numbers
   */
  public static Check.Body heapAfterCollection(double mostUsed) {
    share("mostUsed", mostUsed);
    return () -> {
      double fullest = afterCollection(ManagementFactory.getMemoryPoolMXBeans());
      return fullest <= mostUsed
          ? Verdict.up()
          : Verdict.degraded(percent(fullest) + " of the heap in use after a collection");
    };
  }

  /** Only what lives long has a usage threshold: a survivor space is full after every young collection. */
  static double afterCollection(List<MemoryPoolMXBean> pools) {
    double fullest = 0;
    for (MemoryPoolMXBean pool : pools) {
      boolean livesLong = pool.getType() == MemoryType.HEAP && pool.isUsageThresholdSupported();
      MemoryUsage usage = livesLong ? pool.getCollectionUsage() : null;
      if (usage != null && usage.getMax() > 0) {
        fullest = Math.max(fullest, (double) usage.getUsed() / usage.getMax());
      }
    }
    return fullest;
  }

  /**
   * Checks that no platform threads are deadlocked. Virtual threads are not included, because the JVM does not detect
   * deadlocks among them. A {@link #canary} or a {@link Heartbeat} does detect work that has stopped.
   *
   * @return a local body, suitable for liveness
   */
  public static Check.Body noDeadlock() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return () -> {
      long[] found = threads.findDeadlockedThreads();
      if (found == null) {
        return Verdict.up();
      }
      var names = new StringBuilder("deadlocked:");
      for (ThreadInfo thread : threads.getThreadInfo(found)) {
        names.append(' ').append(thread == null ? "(ended)" : thread.getThreadName());
      }
      return Verdict.down(names.toString());
    };
  }

  /**
   * Checks that an executor still runs tasks: it submits a task that completes the check. The check's timeout is the
   * deadline for that task. A scheduler is an executor too.
   *
   * @param executor to test; a rejection is down
   * @return a local body for {@link Check#criticalAsync}, suitable for liveness
   */
  public static Check.AsyncBody canary(Executor executor) {
    return () -> CompletableFuture.supplyAsync(Verdict::up, executor);
  }

  /**
   * Checks that the JVM still runs virtual threads: a new one must run before the check's timeout. It does not if
   * code that pins its carrier thread (native calls) or uses much CPU holds all carrier threads. No deadlock
   * detection finds that.
   *
   * @return a local body for {@link Check#criticalAsync}, suitable for liveness; up if the JVM has no virtual threads
   */
  public static Check.AsyncBody virtualThreads() {
    return () -> {
      var verdict = new CompletableFuture<Verdict>();
      if (!Threads.startVirtual(() -> verdict.complete(Verdict.up()))) {
        verdict.complete(Verdict.up());
      }
      return verdict;
    };
  }

  /**
   * Checks that a TCP connection can be made. It is closed at once.
   *
   * @param host resolved at every run
   * @param port 1 to 65,535
   * @param timeout for the connection, above 0; keep it below the check's timeout
   * @return a remote body
   */
  public static Check.Body tcp(String host, int port, Duration timeout) {
    Names.between("port", port, 1, 65_535);
    int millis = Math.toIntExact(Math.max(1, positive("timeout", timeout).toMillis()));
    return () -> {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(host, port), millis);
        return Verdict.up();
      }
    };
  }

  /**
   * Checks that a GET request is answered with 2xx. The body is read to its end and discarded. The client decides
   * about redirects.
   *
   * @param client kept open by its owner
   * @param uri to get
   * @param timeout from the connection to the end of the body, above 0 (the client's own timeout ends with the
   *     headers); keep it below the check's timeout
   * @return a remote body for {@link Check#criticalAsync}
   */
  public static Check.AsyncBody http(HttpClient client, URI uri, Duration timeout) {
    HttpRequest request =
        HttpRequest.newBuilder(uri).timeout(positive("timeout", timeout)).GET().build();
    return () -> {
      var exchange = client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
      var verdict = new Cancelling(exchange);
      CompletableFuture<?> unused = exchange.whenComplete((response, thrown) -> {
        if (response != null) {
          verdict.complete(verdictOn(response.statusCode()));
        } else if (thrown != null) {
          verdict.completeExceptionally(thrown);
        }
      });
      return verdict.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
    };
  }

  private static Verdict verdictOn(int status) {
    return status >= 200 && status < 300 ? Verdict.up() : Verdict.down("status " + status);
  }

  /** Ends what it waits for when it ends without it: a body that never comes holds no connection. */
  private static final class Cancelling extends CompletableFuture<Verdict> {
    private final CompletableFuture<?> exchange;

    Cancelling(CompletableFuture<?> exchange) {
      this.exchange = exchange;
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean first = super.cancel(mayInterruptIfRunning);
      exchange.cancel(true);
      return first;
    }

    @Override
    public boolean completeExceptionally(Throwable thrown) {
      boolean first = super.completeExceptionally(thrown); // the timeout comes this way too
      exchange.cancel(true); // nothing happens when it has ended itself
      return first;
    }
  }

  /**
   * Checks that a connection can be obtained and is valid.
   *
   * @param source provides one connection for each run; the connection is closed after it
   * @param timeout for the driver's own test, above 0; rounded up to whole seconds
   * @return a remote body
   */
  public static Check.Body jdbc(DataSource source, Duration timeout) {
    int seconds = Math.toIntExact((positive("timeout", timeout).toMillis() + 999) / 1000);
    return () -> {
      try (Connection connection = source.getConnection()) {
        return connection.isValid(seconds)
            ? Verdict.up()
            : Verdict.down("the connection is not valid");
      }
    };
  }

  /**
   * Checks that not too many tasks wait in a pool's queue.
   *
   * @param pool to look at; nothing is submitted
   * @param mostQueued with more waiting tasks than this the check is degraded; 0 or more
   * @return a local body; down if the pool is shut down
   */
  public static Check.Body executorNotSaturated(ThreadPoolExecutor pool, int mostQueued) {
    Names.between("mostQueued", mostQueued, 0, Integer.MAX_VALUE);
    return () -> {
      int queued = pool.getQueue().size();
      if (pool.isShutdown()) {
        return Verdict.down("the pool is shut down");
      }
      return queued <= mostQueued
          ? Verdict.up()
          : Verdict.degraded(queued + " tasks wait for " + pool.getActiveCount() + " busy threads");
    };
  }

  /**
   * Checks that file descriptors are left.
   *
   * @param mostUsed share of the limit, above 0 to 1; above it the check is degraded
   * @return a local body; up if the JVM does not provide the numbers
   */
  public static Check.Body fileDescriptors(double mostUsed) {
    share("mostUsed", mostUsed);
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    return () -> {
      if (system instanceof com.sun.management.UnixOperatingSystemMXBean unix) {
        double used = (double) unix.getOpenFileDescriptorCount() / unix.getMaxFileDescriptorCount();
        if (used > mostUsed) {
          return Verdict.degraded(percent(used) + " of the file descriptors are open");
        }
      }
      return Verdict.up();
    };
  }

  /**
   * Checks that every X.509 certificate of a key store is valid, and will be for some time.
   *
   * @param keyStore called at every run, so that a renewed key store is seen
   * @param warning the check is degraded from this time before the end of a certificate on; 0 or more
   * @return a local body; down if a certificate has expired or is not valid yet
   */
  public static Check.Body certificates(Supplier<KeyStore> keyStore, Duration warning) {
    return () -> {
      Instant now = Instant.now();
      KeyStore store = keyStore.get();
      Verdict worst = Verdict.up();
      Enumeration<String> aliases = store.aliases();
      while (aliases.hasMoreElements()) {
        String alias = aliases.nextElement();
        Certificate certificate = store.getCertificate(alias);
        if (certificate instanceof X509Certificate x509) {
          Verdict verdict = certificate(alias, x509, now, warning);
          worst =
              Aggregate.worse(verdict.status(), worst.status()) == worst.status() ? worst : verdict;
        }
      }
      return worst;
    };
  }

  private static Verdict certificate(
      String alias, X509Certificate x509, Instant now, Duration warning) {
    Instant end = x509.getNotAfter().toInstant();
    if (now.isBefore(x509.getNotBefore().toInstant())) {
      return Verdict.down(alias + " is not valid before " + x509.getNotBefore().toInstant());
    }
    if (!now.isBefore(end)) {
      return Verdict.down(alias + " expired at " + end);
    }
    return now.plus(warning).isBefore(end)
        ? Verdict.up()
        : Verdict.degraded(alias + " expires at " + end);
  }

  /**
   * Checks that the oldest entry of a queue is not too old.
   *
   * @param oldestAge age of the entry that has waited longest; empty for an empty queue
   * @param most with an older entry the check is down; above 0
   * @return a body that is local if the queue is
   */
  public static Check.Body queueAge(Supplier<Optional<Duration>> oldestAge, Duration most) {
    positive("most", most);
    return () -> {
      Optional<Duration> age = oldestAge.get();
      return age.isPresent() && age.get().compareTo(most) > 0
          ? Verdict.down("the oldest entry waits for " + Durations.text(age.get()))
          : Verdict.up();
    };
  }

  private static String percent(double share) {
    return Math.round(share * 100) + " %";
  }

  private static void positive(String what, long value) {
    Arguments.check(value > 0, what, "above 0", value);
  }

  private static Duration positive(String what, Duration value) {
    return Names.between(what, value, Duration.ofNanos(1), Duration.ofDays(1));
  }

  private static void share(String what, double value) {
    Arguments.check(value > 0 && value <= 1, what, "above 0 to 1", value);
  }
}
