package cnkit.examples.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** The last spans and log lines, for the console: a bounded ring of each, written without a lock. */
final class Recent implements SpanProcessor {
  /** The last things of one kind; a number says how far a reader is. */
  private static final class Ring<T> {
    private final AtomicReferenceArray<T> slots = new AtomicReferenceArray<>(256);
    private final AtomicLong next = new AtomicLong();

    void add(T item) {
      slots.set((int) (next.getAndIncrement() % slots.length()), item);
    }

    long position() {
      return next.get();
    }

    List<Map<String, Object>> since(long from, int most, Function<T, Map<String, Object>> shown) {
      long until = next.get();
      List<Map<String, Object>> items = new ArrayList<>();
      for (long i = Math.max(from, until - most); i < until; i++) {
        T item = slots.get((int) (i % slots.length()));
        if (item != null) {
          items.add(shown.apply(item));
        }
      }
      return items;
    }
  }

  private final Ring<ReadableSpan> spans = new Ring<>();
  private final Ring<ILoggingEvent> lines = new Ring<>();

  /** Listens to all that is logged from now on. */
  void followLog() {
    AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
      @Override
      protected void append(ILoggingEvent line) {
        lines.add(line);
      }
    };
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    appender.setContext(context);
    appender.start();
    root().addAppender(appender);
  }

  static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  static void level(String name) {
    root().setLevel(Level.toLevel(name));
  }

  long spanPosition() {
    return spans.position();
  }

  long linePosition() {
    return lines.position();
  }

  List<Map<String, Object>> spansSince(long position) {
    return spans.since(position, 60, Recent::shown);
  }

  List<Map<String, Object>> linesSince(long position) {
    return lines.since(position, 60, Recent::shown);
  }

  private static Map<String, Object> shown(ReadableSpan span) {
    SpanData data = span.toSpanData();
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("trace", data.getTraceId());
    shown.put("span", data.getSpanId());
    shown.put("parent", data.getParentSpanContext().isValid() ? data.getParentSpanId() : "");
    shown.put("name", data.getName());
    shown.put("kind", data.getKind().name());
    shown.put("start", data.getStartEpochNanos() / 1e6);
    shown.put("ms", (data.getEndEpochNanos() - data.getStartEpochNanos()) / 1e6);
    shown.put("failed", data.getStatus().getStatusCode().name().equals("ERROR"));
    Map<String, String> attributes = new LinkedHashMap<>();
    data.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value.toString()));
    shown.put("attributes", attributes);
    return shown;
  }

  private static Map<String, Object> shown(ILoggingEvent line) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("at", line.getTimeStamp());
    shown.put("level", line.getLevel().toString());
    shown.put("logger", line.getLoggerName());
    shown.put("message", line.getFormattedMessage());
    shown.put("trace", line.getMDCPropertyMap().getOrDefault("trace_id", ""));
    return shown;
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
