package cnkit.config;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** What a careful person writes without a library: the first thing wrong ends it, and nothing says where it was. */
public final class HandWritten implements Supplier<Object> {
  @Override
  public Object get() {
    return bind(System.getenv());
  }

  static Thirty.Plain bind(Map<String, String> variables) {
    return new Thirty.Plain(
        Integer.parseInt(required(variables, "APP_PORT")),
        required(variables, "APP_HOST"),
        required(variables, "APP_NAME"),
        required(variables, "APP_REGION"),
        required(variables, "APP_ZONE"),
        required(variables, "APP_TEAM"),
        required(variables, "APP_OWNER"),
        required(variables, "APP_VERSION"),
        duration(required(variables, "APP_TIMEOUT")),
        duration(required(variables, "APP_GRACE")),
        duration(required(variables, "APP_DELAY")),
        duration(required(variables, "APP_INTERVAL")),
        duration(required(variables, "APP_BACKOFF")),
        Integer.parseInt(required(variables, "APP_RETRIES")),
        Integer.parseInt(required(variables, "APP_WORKERS")),
        Integer.parseInt(required(variables, "APP_QUEUE")),
        Integer.parseInt(required(variables, "APP_BATCH")),
        Integer.parseInt(required(variables, "APP_LIMIT")),
        Integer.parseInt(required(variables, "APP_DEPTH")),
        Boolean.parseBoolean(required(variables, "APP_DEBUG")),
        Boolean.parseBoolean(required(variables, "APP_TRACE")),
        Boolean.parseBoolean(required(variables, "APP_STRICT")),
        URI.create(required(variables, "APP_BASE")),
        URI.create(required(variables, "APP_UPSTREAM")),
        URI.create(required(variables, "APP_CALLBACK")),
        Double.parseDouble(required(variables, "APP_RATIO")),
        Double.parseDouble(required(variables, "APP_JITTER")),
        Long.parseLong(required(variables, "APP_SIZE")),
        Long.parseLong(required(variables, "APP_BUDGET")),
        Thirty.Level.valueOf(required(variables, "APP_LEVEL").toUpperCase(Locale.ROOT)));
  }

  private static String required(Map<String, String> variables, String name) {
    String value = variables.get(name);
    if (value == null) {
      throw new IllegalArgumentException("missing: " + name);
    }
    return value;
  }

  private static Duration duration(String text) {
    return Duration.parse(text);
  }
}
