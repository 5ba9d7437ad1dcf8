package cnkit.config;

import cnkit.config.show.Effective;
import cnkit.config.source.Disk;
import cnkit.config.source.Loader;
import cnkit.config.source.Loading;
import cnkit.config.source.MountInfo;
import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.internal.AtomicState;
import cnkit.core.internal.Listeners;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Settings that follow changes of their mounts and files. After a change, all sources are read again and all settings
 * are checked. If everything is valid, the settings are replaced as a whole. If not, the last valid settings stay in
 * effect, and an event reports the problems.
 *
 * <pre>{@code
 * Reloadable<Settings> live = Config.builder(Settings.class, MethodHandles.lookup())
 *     .prefix("APP").environment().mounts(Path.of("/etc/app"))
 *     .reloadable(Duration.ofSeconds(10));
 * Settings settings = live.value(); // once for each piece of work: its values belong together
 * }</pre>
 *
 * <p>All values from one Kubernetes volume always belong to the same version of it. Settings with {@link RestartOnly}
 * keep the values they had at start-up. Safe for use by many threads.
 *
 * @param <T> the record
 */
public final class Reloadable<T> implements AutoCloseable {
  private final Class<T> type;
  private final Loader loader;
  private final MountInfo.Reader mountInfo;
  private final Listeners<ReloadEvent> listeners;
  private final AtomicState<Boolean> polling = new AtomicState<>(false);
  private volatile boolean closed;
  private volatile Config<T> current;
  // what follows is touched by nobody but who is polling
  /** What was read last, whether it was taken or refused. */
  private Disk disk;

  private List<Problem> refused = List.of();
  private List<ReloadEvent.Change> waiting = List.of();
  private volatile Time.@Nullable Running thread;

  private Reloadable(Class<T> type, Loader loader, MountInfo.Reader mountInfo, Executor executor) {
    this.type = type;
    this.loader = loader;
    this.mountInfo = mountInfo;
    Loading.Loaded loaded = ConfigBuilder.loaded(loader.load(null, mountInfo));
    this.current = config(loaded);
    this.disk = loaded.disk();
    this.listeners = new Listeners<>(
        "the configuration", executor, first(current, refused), ReloadEvent.EventsDropped::new);
  }

  private Config<T> config(Loading.Loaded loaded) {
    return new Config<>(type.cast(loaded.value()), loaded);
  }

  static <T> Reloadable<T> of(
      Class<T> type,
      Loader loader,
      MountInfo.Reader mountInfo,
      Time time,
      @Nullable Duration every) {
    if (every == null) {
      return new Reloadable<>(type, loader, mountInfo, Runnable::run);
    }
    // a thread for each listener that has events, while it has
    var reloadable =
        new Reloadable<>(type, loader, mountInfo, task -> time.execute("config-listener", task));
    reloadable.thread = time.execute("config-reload", () -> reloadable.run(time, every));
    return reloadable;
  }

  private void run(Time time, Duration every) {
    try {
      while (!closed) {
        time.sleep(every);
        poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close() alone does this: the thread is to end
    }
  }

  /**
   * The settings in effect: one volatile read.
   *
   * @return an immutable record; call this method again for the next piece of work
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
   * Checks now whether mounts or files have changed, on the calling thread. The thread of
   * {@link ConfigBuilder#reloadable(Duration)} calls this method once per period. If there is no such thread, call it
   * yourself.
   *
   * @return what happened; empty if nothing changed, if another thread is checking at this moment, or after
   *     {@link #close()}
   */
  public Optional<ReloadEvent> poll() {
    if (closed || !polling.advance(busy -> true, (before, after) -> !before)) {
      return Optional.empty();
    }
    ReloadEvent event;
    try {
      event = disk.isCurrent() ? null : reload();
    } finally {
      polling.advance(busy -> false);
    }
    listeners.deliver();
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
    if (loading instanceof Loading.Unsteady || closed) {
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
    boolean news = !changes.isEmpty() || !loaded.waiting().equals(waiting) || !refused.isEmpty();
    current = next;
    waiting = loaded.waiting();
    refused = List.of();
    return news ? told(new ReloadEvent.Applied(fingerprint, changes, waiting)) : null;
  }

  private @Nullable ReloadEvent rejected(List<Problem> problems) {
    boolean news = !problems.equals(refused);
    refused = problems;
    return news ? told(new ReloadEvent.Refused(problems)) : null;
  }

  private ReloadEvent told(ReloadEvent event) {
    listeners.publish(first(current, refused), List.of(event));
    return event;
  }

  /** What a listener that joins is told of first. */
  private static Supplier<ReloadEvent> first(Config<?> config, List<Problem> refused) {
    return () -> new ReloadEvent.Current(config.fingerprint(), refused);
  }

  /**
   * Adds a listener for every reload, in order. Its first event describes the settings in effect now. With a reload
   * thread, each listener is called on a thread of its own; without one, on the thread that polls. An exception of
   * the listener is logged. If the listener is slow, at most 256 events wait for it, and the oldest are dropped.
   *
   * @param listener called with every event
   * @return a handle; closing it removes the listener
   */
  public Subscription subscribe(Consumer<? super ReloadEvent> listener) {
    return listeners.subscribe(listener);
  }

  /** Ends the reload thread. The settings can still be read. */
  @Override
  public void close() {
    closed = true;
    Time.Running started = thread;
    if (started != null) {
      started.interrupt();
    }
  }
}
