package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;

import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.internal.AtomicState;
import cnkit.core.internal.AtomicWords;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the work in flight, and decides whether more may begin. Safe for use by many threads.
 *
 * <p>There are two forms. Code with a {@code finally} block uses a slot, which costs two atomic additions:
 *
 * <pre>{@code
 * int slot = inFlight.enter(WorkKind.REQUEST);
 * if (slot < 0) {
 *   return unavailable(); // 503, Connection: close, Retry-After: 1
 * }
 * try {
 *   return handle(request);
 * } finally {
 *   inFlight.exit(slot);
 * }
 * }</pre>
 *
 * <p>All other code uses a {@link Token}. It has a label and an age, and may be closed by any thread, and more than
 * once:
 *
 * <pre>{@code
 * try (Token job = inFlight.open(WorkKind.JOB, "import " + file)) {
 *   if (!job.refused()) {
 *     load(file);
 *   }
 * }
 * }</pre>
 */
public final class InFlight {

  /** What {@link #enter(WorkKind)} returns when the intake is closed. */
  public static final int REFUSED = -1;

  /** The slot of a {@link WorkKind#PROBE}, which is not counted. */
  private static final int UNCOUNTED = Integer.MAX_VALUE;

  private static final int COUNTED_KINDS = 3;
  /** 128 bytes: two cache lines, since processors fetch them in pairs. */
  private static final int WORDS_PER_STRIPE = 16;

  private static final WorkKind[] KINDS = {WorkKind.REQUEST, WorkKind.STREAM, WorkKind.JOB};

  private static final long OPEN = 0;
  /** The stripes are being closed, one after the other. */
  private static final long CLOSING = 1;

  private static final long CLOSED = 2;

  /*
   * Each stripe has two words for each kind: entered, and exited. Entering is one addition to the first word. Its sign
   * bit is the closed bit of the stripe, so the same atomic step counts an entry and decides whether it is admitted;
   * nothing can happen between a test and a count. Closing a stripe sets the bit, and the same step returns how many
   * had entered; everything that is added afterwards is a rejection. An entry is therefore never undone, and a
   * rejected one never changes how much work is in flight.
   *
   * "Drained" is reported only after every stripe was closed. Then the number of entries is constant, the number of
   * exits only grows, and a stripe in which they are equal stays so. exit() adds before it reads the intake; close()
   * writes the intake before it reads the exits. Both accesses are volatile, so at least one side sees the other and
   * the last exit is never missed.
   *
   * The intake is a word behind the stripes: exit() reads it without a further indirection, and no stripe shares its
   * cache line.
   */
  private final AtomicWords words;
  private final long[] frozen;
  private final int shift;
  private final Bucket[] tokens;
  private final Time time;
  private final Token refused;
  private final AtomicState<Optional<Runnable>> whenDrained = new AtomicState<>(Optional.empty());
  private final AtomicState<Optional<Cut>> cut = new AtomicState<>(Optional.empty());
  private final Set<GoAway> goAways = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /** Creates an instance whose counters are divided among the processors of this machine. */
  public InFlight() {
    this(SystemTime.SHARED);
  }

  /**
   * Creates an instance with a time of its own, for tests.
   *
   * @param time its clock is read once for each token
   */
  public InFlight(Time time) {
    this(time, Runtime.getRuntime().availableProcessors());
  }

  InFlight(Time time, int processors) {
    // four stripes a processor: threads are spread by a hash, and two on one stripe would wait for
    // each other
    this(34 - Integer.numberOfLeadingZeros(Math.max(1, Math.min(processors, 64) - 1)), time);
  }

  /** Has 2 to the power of {@code bits} stripes, at least two. */
  InFlight(int bits, Time time) {
    int stripes = 1 << bits;
    this.time = time;
    this.shift = 64 - bits;
    this.words = new AtomicWords((stripes + 1) * WORDS_PER_STRIPE);
    this.frozen = new long[stripes * WORDS_PER_STRIPE];
    this.tokens = new Bucket[Math.min(stripes, 16)];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = new Bucket();
    }
    this.refused = new Token(this, "", 0, REFUSED);
  }

  /**
   * Begins a piece of work. Allocates nothing and reads no clock.
   *
   * @param kind the kind of work; a {@link WorkKind#PROBE} is always admitted and never counted
   * @return a slot for {@link #exit(int)}; negative if the intake is closed and the work must not begin
   */
  public int enter(WorkKind kind) {
    int column = kind.column();
    if (column == WorkKind.UNCOUNTED) {
      return UNCOUNTED;
    }
    // Fibonacci hashing: neighbouring thread numbers land on different stripes
    int stripe = (int) ((Thread.currentThread().getId() * 0x9E3779B97F4A7C15L) >>> shift);
    int entered = stripe * WORDS_PER_STRIPE + 2 * column;
    return words.add(entered, 1) >= 0 ? entered : REFUSED;
  }

  /**
   * Ends a piece of work. Call it exactly once for each slot, from any thread. Allocates nothing.
   *
   * @param slot the result of {@link #enter(WorkKind)}; nothing happens for a negative one
   */
  public void exit(int slot) {
    if (slot < 0 || slot == UNCOUNTED) {
      return;
    }
    words.add(slot + 1, 1);
    if (intake() == CLOSED) {
      tellIfDrained();
    }
  }

  /**
   * Begins a piece of work that has a name. Costs one clock read and 48 bytes.
   *
   * @param kind the kind of work
   * @param label a name for people; appears in the report if the work is cut
   * @return a token to be closed; it is {@link Token#refused()} if the intake is closed
   */
  public Token open(WorkKind kind, String label) {
    int slot = enter(kind);
    if (slot == REFUSED) {
      return refused;
    }
    var token = new Token(this, label, time.nanoTime(), slot == UNCOUNTED ? Token.PROBE : slot);
    if (slot != UNCOUNTED) {
      bucket(slot).add(token);
      if (cut.get().isPresent()) {
        // it was counted as cut before it could be found
        token.cancel();
      }
    }
    return token;
  }

  /** Sets a flag of a token, unless it has one of the others; one thread succeeds. */
  boolean mark(Token token, int flag, int unless) {
    return bucket(token.slot()).mark(token, flag, unless);
  }

  private int intakeWord() {
    return words.length() - WORDS_PER_STRIPE;
  }

  private long intake() {
    return words.get(intakeWord());
  }

  private Bucket bucket(int slot) {
    return tokens[(slot / WORDS_PER_STRIPE) & (tokens.length - 1)];
  }

  /**
   * Whether answers should ask clients to leave: true from the announcement on. HTTP/1 code then adds
   * {@code Connection: close} to every answer.
   *
   * @return whether the process is shutting down
   */
  public boolean draining() {
    return draining;
  }

  /**
   * Whether the intake is closed, so that no new work is admitted.
   *
   * @return whether {@link #enter(WorkKind)} rejects work
   */
  public boolean closed() {
    return intake() != OPEN;
  }

  /**
   * Whether the intake is closed and no work is in flight. Once true, it stays true.
   *
   * @return whether all work has ended
   */
  public boolean drained() {
    if (intake() != CLOSED) {
      return false;
    }
    for (int at = 0; at < frozen.length; at += WORDS_PER_STRIPE) {
      for (int word = at; word < at + 2 * COUNTED_KINDS; word += 2) {
        if (words.get(word + 1) < frozen[word]) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * How much work of one kind is in flight.
   *
   * @param kind what to count
   * @return the number now; zero for probes
   */
  public long count(WorkKind kind) {
    return workCounts(kind).open();
  }

  /**
   * The counts of all work of one kind so far.
   *
   * @param kind what to count
   * @return the counts; all zero for probes
   */
  public WorkCounts workCounts(WorkKind kind) {
    if (kind.column() == WorkKind.UNCOUNTED) {
      return new WorkCounts(kind, 0, 0, 0, 0, 0);
    }
    while (true) {
      long before = intake();
      if (before != CLOSING) {
        WorkCounts counts = sum(kind, before == CLOSED);
        if (intake() == before) {
          return counts;
        }
      }
      Thread.onSpinWait(); // a few additions by the closing thread, no user code
    }
  }

  private WorkCounts sum(WorkKind kind, boolean closed) {
    Optional<Cut> last = cut.get();
    long accepted = 0;
    long completed = 0;
    long rejected = 0;
    for (int at = 2 * kind.column(); at < frozen.length; at += WORDS_PER_STRIPE) {
      // exits first: read the other way round, work that began and ended in between would count as
      // minus one
      completed += words.get(at + 1);
      long entered = words.get(at) & Long.MAX_VALUE;
      accepted += entered;
      rejected += closed ? entered - frozen[at] : 0;
    }
    if (last.isPresent()) {
      completed = last.get().completed().get(kind.column());
      return new WorkCounts(
          kind, accepted, completed, rejected, accepted - rejected - completed, 0);
    }
    return new WorkCounts(kind, accepted, completed, rejected, 0, accepted - rejected - completed);
  }

  /**
   * The counts of all kinds that are counted.
   *
   * @return requests, streams, jobs
   */
  public List<WorkCounts> workCounts() {
    return List.of(
        workCounts(WorkKind.REQUEST), workCounts(WorkKind.STREAM), workCounts(WorkKind.JOB));
  }

  /**
   * Asks clients to leave; new work is still admitted. A {@link Lifecycle} calls this at the announcement. Runs the
   * callbacks of {@link #onGoAway(Runnable)} on the calling thread.
   */
  public void drain() {
    beginDraining().forEach(InFlight::tell);
  }

  /** As {@link #drain()}, but leaves it to the caller to run the user's code; each is handed out once. */
  List<Runnable> beginDraining() {
    draining = true;
    var mine = new ArrayList<Runnable>();
    for (GoAway each : List.copyOf(goAways)) {
      if (goAways.remove(each)) {
        mine.add(each.tell);
      }
    }
    return mine;
  }

  private static void tell(Runnable goAway) {
    Throwable thrown = Guarded.run(goAway::run);
    if (thrown != null) {
      LOG.warn("a go-away callback threw", thrown);
    }
  }

  /**
   * Registers a callback that asks the client of a connection to leave. It runs at most once. An HTTP/2 adapter sends
   * GOAWAY where HTTP/1 code adds {@code Connection: close} to its answers. If {@link #draining()} is already true,
   * the callback runs at once, on the calling thread.
   *
   * @param tell sends the message; may throw, must not block for long
   * @return closing it removes the callback, for a connection that ends earlier
   */
  public Subscription onGoAway(Runnable tell) {
    var goAway = new GoAway(tell);
    // added before the flag is read, as drain() writes the flag before it looks: one of them sees
    // the other, and taking it
    // out of the set is what makes it once
    goAways.add(goAway);
    if (draining && goAways.remove(goAway)) {
      tell(tell);
    }
    return () -> goAways.remove(goAway);
  }

  /**
   * The answer to rejected requests: status 503, with {@code Retry-After: 1} so that the client soon tries another
   * instance, and {@code Connection: close} so that it does not try this one again.
   *
   * @return the answer, as data
   */
  public static Refusal refusal() {
    return Refusal.SHUTTING_DOWN;
  }

  /**
   * An answer to work that must not begin. Immutable.
   *
   * @param status the HTTP status
   * @param headers the headers; leave out {@code Connection} in HTTP/2, where it does not exist
   */
  public record Refusal(int status, Map<String, String> headers) {
    private static final Refusal SHUTTING_DOWN =
        new Refusal(503, Map.of("Retry-After", "1", "Connection", "close"));

    public Refusal {
      headers = Map.copyOf(headers);
    }
  }

  /** By identity: the same callback may be registered twice. */
  private static final class GoAway {
    private final Runnable tell;

    GoAway(Runnable tell) {
      this.tell = tell;
    }
  }

  /**
   * Closes the intake for good: after this method has returned, no new work is admitted. A {@link Lifecycle} calls
   * this when it stops the intake.
   */
  public void close() {
    drain();
    synchronized (frozen) {
      if (intake() != OPEN) {
        return;
      }
      words.add(intakeWord(), 1);
      for (int at = 0; at < frozen.length; at += WORDS_PER_STRIPE) {
        for (int word = at; word < at + 2 * COUNTED_KINDS; word += 2) {
          frozen[word] = words.add(word, Long.MIN_VALUE);
        }
      }
      words.add(intakeWord(), 1);
    }
    tellIfDrained();
  }

  /** Runs something of ours once, as soon as all is over. */
  void whenDrained(Runnable told) {
    Optional<Runnable> unused = whenDrained.advance(now -> Optional.of(told));
    tellIfDrained();
  }

  private void tellIfDrained() {
    if (drained()) {
      whenDrained
          .advance(now -> Optional.<Runnable>empty(), (before, after) -> before)
          .ifPresent(Runnable::run);
    }
  }

  /**
   * Stops waiting. All work in flight now counts as cut, whenever it ends. Each open token is marked, also one that
   * was asked to end before and did not.
   *
   * @return the tokens that were cut, oldest first
   */
  List<Token> cut() {
    close();
    long[] completed = new long[COUNTED_KINDS];
    for (int at = 0; at < frozen.length; at += WORDS_PER_STRIPE) {
      for (int kind = 0; kind < COUNTED_KINDS; kind++) {
        completed[kind] += words.get(at + 2 * kind + 1);
      }
    }
    var last = Optional.of(new Cut(List.of(completed[0], completed[1], completed[2])));
    if (!cut.advance(now -> now.isPresent() ? now : last, (before, after) -> before.isEmpty())) {
      return List.of();
    }
    List<Token> open = open();
    open.forEach(Token::markCancelled);
    return open;
  }

  /** All tokens that are open, oldest first. */
  List<Token> open() {
    var open = new ArrayList<Token>();
    for (Bucket bucket : tokens) {
      bucket.addTo(open);
    }
    long now = time.nanoTime();
    open.removeIf(Token::isClosed);
    open.sort((a, b) -> b.age(now).compareTo(a.age(now)));
    return open;
  }

  /** How much was asked for from outside so far, let in or not. */
  long arrivals() {
    long arrivals = 0;
    for (int at = 0; at < frozen.length; at += WORDS_PER_STRIPE) {
      for (WorkKind kind : List.of(WorkKind.REQUEST, WorkKind.STREAM)) {
        arrivals += words.get(at + 2 * kind.column()) & Long.MAX_VALUE;
      }
    }
    return arrivals;
  }

  Duration age(Token token) {
    return token.age(time.nanoTime());
  }

  static WorkKind kindOf(int slot) {
    return KINDS[(slot & (WORDS_PER_STRIPE - 1)) / 2];
  }

  /** What had ended, by kind, when the rest was given up. */
  private record Cut(List<Long> completed) {}

  /** Open tokens, linked through themselves: a token costs no node. Held only for a few pointer writes. */
  private static final class Bucket {
    private @Nullable Token first;

    synchronized void add(Token token) {
      Token next = first;
      token.next = next;
      if (next != null) {
        next.previous = token;
      }
      first = token;
    }

    /** All changes of a token's word are made here, under the lock that its end takes anyway. */
    synchronized boolean mark(Token token, int flag, int unless) {
      if ((token.word & unless) != 0) {
        return false;
      }
      token.word |= flag;
      if (flag == Token.CLOSED && token.slot() != Token.PROBE) {
        remove(token);
      }
      return true;
    }

    private void remove(Token token) {
      Token previous = token.previous;
      Token next = token.next;
      if (previous != null) {
        previous.next = next;
      } else {
        first = next;
      }
      if (next != null) {
        next.previous = previous;
      }
      token.previous = null;
      token.next = null;
    }

    synchronized void addTo(List<Token> all) {
      for (Token token = first; token != null; token = token.next) {
        all.add(token);
      }
    }
  }
}
