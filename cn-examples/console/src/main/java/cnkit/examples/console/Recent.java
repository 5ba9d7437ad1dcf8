package cnkit.examples.console;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import cnkit.resilience.RateLimit;
import cnkit.resilience.RateLimiter;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** The last spans and log lines, for the console: a bounded ring of each, written without a lock. */
public final class Recent implements SpanProcessor {
  /** The last things of one kind; a number says how far a reader is. */
  static final class Ring<T> {
    private final AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(256);
    private final AtomicLong next = new AtomicLong();
    private final Function<T, Map<String, Object>> shown;

    Ring(Function<T, Map<String, Object>> shown) {
      this.shown = shown;
    }

    void add(T item) {
      slots.set((int) (next.getAndIncrement() % slots.length()), item);
    }

    long position() {
      return next.get();
    }

    /** What came between two positions, the last 60 of it. */
    List<Map<String, Object>> between(long from, long until) {
      List<Map<String, Object>> items = new ArrayList<>();
      for (long i = Math.max(Math.max(from, 0), until - 60); i < until; i++) {
        T item = slots.get((int) (i % slots.length()));
        if (item != null) {
          items.add(shown.apply(item));
        }
      }
      return items;
    }
  }

  /** Nothing yet. */
  public Recent() {}

  final Ring<ReadableSpan> spans = new Ring<>(Recent::shown);
  final Ring<ILoggingEvent> lines = new Ring<>(Recent::shown);

  /** Listens to all that is logged from now on. */
  void followLog() {
    AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
      @Override
      protected void append(ILoggingEvent line) {
        lines.add(line);
      }
    };
    appender.setContext(root().getLoggerContext());
    appender.start();
    root().addAppender(appender);
  }

  static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  /**
   * Sets the least level that is logged, until it is set again.
   *
   * @param name of the level, in any case
   */
  public static void level(String name) {
    root().setLevel(Level.toLevel(name));
  }

  /** A span as the console's page draws it. */
  private static Map<String, Object> shown(ReadableSpan span) {
    SpanData data = span.toSpanData();
    Map<String, String> attributes = new TreeMap<>();
    data.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value.toString()));
    return Map.of(
        "trace",
        data.getTraceId(),
        "parent",
        data.getParentSpanContext().isValid() ? data.getParentSpanId() : "",
        "name",
        data.getName(),
        "kind",
        data.getKind(),
        "start",
        data.getStartEpochNanos() / 1e6,
        "ms",
        (data.getEndEpochNanos() - data.getStartEpochNanos()) / 1e6,
        "failed",
        data.getStatus().getStatusCode() == StatusCode.ERROR,
        "attributes",
        attributes);
  }

  private static Map<String, Object> shown(ILoggingEvent line) {
    return Map.of(
        "at", line.getTimeStamp(),
        "level", line.getLevel().toString(),
        "message", line.getFormattedMessage(),
        "trace", line.getMDCPropertyMap().getOrDefault("trace_id", ""));
  }

  /**
   * Where only the console reads spans, a busy service records some of its traces and drops the others for almost nothing.
   *
   * @param configured who decides about those that are recorded
   * @return at most fifty traces a second
   */
  public static Sampler sampler(Sampler configured) {
    RateLimiter traces = RateLimiter.of("traces", new RateLimit(50, Duration.ofSeconds(1), 50));
    return Sampler.parentBased(new Sampler() {
      @Override
      public SamplingResult shouldSample(
          Context parent,
          String trace,
          String name,
          SpanKind kind,
          Attributes attributes,
          List<LinkData> links) {
        Sampler chosen = traces.tryAcquire(1) ? configured : Sampler.alwaysOff();
        return chosen.shouldSample(parent, trace, name, kind, attributes, links);
      }

      @Override
      public String getDescription() {
        return "at most 50 traces a second";
      }
    });
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    spans.add(span);
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }
}
