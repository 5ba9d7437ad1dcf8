package cnkit.config;

import static java.util.Objects.requireNonNull;

import cnkit.config.show.Effective;
import cnkit.config.source.Disk;
import cnkit.config.source.Loader;
import cnkit.config.source.Loading;
import cnkit.config.source.MountInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Settings that follow their mounts and files. A change of those rebuilds everything from all sources
 * and checks it completely; then the settings are exchanged as a whole, or the last good ones stay and
 * what is wrong is told.
 *
 * <pre>{@code
 * Reloadable<Settings> live = Config.builder(Settings.class, MethodHandles.lookup())
 *     .prefix("APP").environment().mounts(Path.of("/etc/app"))
 *     .reloadable(Duration.ofSeconds(10));
 * Settings settings = live.value(); // once for each piece of work: its values belong together
 * }</pre>
 *
 * <p>Two values of one Kubernetes volume are always of one version of it. {@link RestartOnly} settings
 * keep their values of the start. Safe for use by many threads.
 *
 * @param <T> the record
 */
public final class Reloadable<T> implements AutoCloseable {
  /** A listener's registration. */
  @FunctionalInterface
  public interface Subscription extends AutoCloseable {
    /** Ends it. What is being delivered is finished; nothing else comes. */
    @Override
    void close();
  }

  private final Class<T> type;
  private final Loader loader;
  private final MountInfo.Reader mountInfo;
  private final Feed feed;
  private final AtomicBoolean polling = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Object order = new Object();

  private volatile Config<T> current;

  /** What was read last, whether it was taken or refused; only who is polling touches it. */
  private Disk disk;

  /** Guarded by {@link #order}, like the order of events. */
  private List<Problem> refused = List.of();

  private List<ReloadEvent.Change> waiting = List.of();

  private Reloadable(Class<T> type, Loader loader, MountInfo.Reader mountInfo, boolean threads) {
    this.type = type;
    this.loader = loader;
    this.mountInfo = mountInfo;
    this.feed = new Feed(threads ? Reloadable::deliver : Runnable::run);
    Loading.Loaded loaded = ConfigBuilder.loaded(loader.load(null, mountInfo));
    this.current = config(loaded);
    this.disk = loaded.disk();
  }

  private Config<T> config(Loading.Loaded loaded) {
    return new Config<>(type.cast(loaded.value()), loaded);
  }

  static <T> Reloadable<T> of(
      Class<T> type, Loader loader, MountInfo.Reader mountInfo, @Nullable Duration every) {
    var reloadable = new Reloadable<>(type, loader, mountInfo, every != null);
    if (every != null) {
      var thread = new Thread(() -> reloadable.run(every.toNanos()), "cn-config-reload");
      thread.setDaemon(true);
      thread.start();
    }
    return reloadable;
  }

  /** A thread for each listener that has something to hear, while it has. */
  private static void deliver(Runnable drain) {
    var thread = new Thread(drain, "cn-config-listener");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(long everyNanos) {
    try {
      while (!closed.await(everyNanos, TimeUnit.NANOSECONDS)) {
        poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody but us has this thread: it is to end
    }
  }

  /**
   * The settings in effect: one volatile read.
   *
   * @return a record that never changes; ask again for the next piece of work
   */
  public T value() {
    return current.value();
  }

  /**
   * The settings in effect with their origins.
   *
   * @return the configuration; it never changes
   */
  public Config<T> config() {
    return current;
  }

  /**
   * Looks at once whether mounts or files have changed, on the calling thread. The thread that {@link
   * ConfigBuilder#reloadable(Duration)} starts does nothing else; without one, this is how time passes.
   *
   * @return what happened; empty when nothing did, when somebody else is looking at this moment, or
   *     after {@link #close()}
   */
  public Optional<ReloadEvent> poll() {
    if (closed.getCount() == 0 || !polling.compareAndSet(false, true)) {
      return Optional.empty();
    }
    ReloadEvent event;
    try {
      event = disk.isCurrent() ? null : reload();
    } finally {
      polling.set(false);
    }
    feed.deliver();
    return Optional.ofNullable(event);
  }

  private @Nullable ReloadEvent reload() {
    Loading loading;
    try {
      loading = loader.load(current.loaded, mountInfo);
    } catch (RuntimeException | Error unforeseen) { // a reload that fails must not be the last one
      String what = "reloading failed with " + unforeseen.getClass().getName();
      return rejected(List.of(new Problem(Problem.Code.REJECTED, "", what, List.of(), "")));
    }
    if (loading instanceof Loading.Unsteady) {
      return null; // being written right now: the next look finds it finished
    }
    disk = loading.disk();
    return loading instanceof Loading.Rejected rejected
        ? rejected(Report.sorted(rejected.problems()))
        : applied((Loading.Loaded) loading);
  }

  private @Nullable ReloadEvent applied(Loading.Loaded loaded) {
    Config<T> next = config(loaded);
    List<ReloadEvent.Change> changes =
        Effective.changes(loaded.layout(), current.loaded.merged(), loaded.merged());
    String fingerprint = next.fingerprint();
    synchronized (order) {
      boolean news = !changes.isEmpty() || !loaded.waiting().equals(waiting) || !refused.isEmpty();
      current = next;
      waiting = loaded.waiting();
      refused = List.of();
      return news ? told(new ReloadEvent.Applied(fingerprint, changes, waiting)) : null;
    }
  }

  private @Nullable ReloadEvent rejected(List<Problem> problems) {
    synchronized (order) {
      boolean news = !problems.equals(refused);
      refused = problems;
      return news ? told(new ReloadEvent.Refused(problems)) : null;
    }
  }

  private ReloadEvent told(ReloadEvent event) {
    feed.offer(event);
    return event;
  }

  /**
   * Tells a listener of every reload, in order, first of what is in effect now. With a thread of ours
   * each listener is called on its own thread, without one on the thread that polls. What it throws is
   * logged; while it hangs, its oldest events beyond 256 are dropped.
   *
   * @param listener told of everything that happens
   * @return to stop listening
   */
  public Subscription subscribe(Consumer<? super ReloadEvent> listener) {
    requireNonNull(listener, "listener");
    Feed.Line line;
    synchronized (order) {
      line = feed.join(listener, new ReloadEvent.Current(current.fingerprint(), refused));
    }
    line.start();
    return line;
  }

  /** Ends the thread. The settings stay readable. */
  @Override
  public void close() {
    closed.countDown();
  }
}
