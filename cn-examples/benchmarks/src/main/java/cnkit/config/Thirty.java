package cnkit.config;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What is bound: thirty settings of the kinds that services have, and the variables that set them. */
public final class Thirty {
  public enum Level {
    DEBUG,
    INFO,
    WARN
  }

  /** As the kit reads it. */
  public record Settings(
      @Default("80") @Range("0..65535") int port,
      @Doc("a text") String host,
      @Doc("a text") String name,
      String region,
      String zone,
      String team,
      String owner,
      String version,
      @Default("5s") @Range("0s..1h") Duration timeout,
      @Default("5s") @Range("0s..1h") Duration grace,
      @Default("5s") @Range("0s..1h") Duration delay,
      @Default("5s") @Range("0s..1h") Duration interval,
      @Default("5s") @Range("0s..1h") Duration backoff,
      @Default("1") int retries,
      @Default("1") int workers,
      @Default("1") int queue,
      @Default("1") int batch,
      @Default("1") int limit,
      @Default("1") int depth,
      @Default("false") boolean debug,
      @Default("false") boolean trace,
      @Default("false") boolean strict,
      URI base,
      URI upstream,
      URI callback,
      @Range("0..1") double ratio,
      @Range("0..1") double jitter,
      long size,
      long budget,
      @Default("info") Level level) {}

  /** As the peers read it. */
  public record Plain(
      int port,
      String host,
      String name,
      String region,
      String zone,
      String team,
      String owner,
      String version,
      Duration timeout,
      Duration grace,
      Duration delay,
      Duration interval,
      Duration backoff,
      int retries,
      int workers,
      int queue,
      int batch,
      int limit,
      int depth,
      boolean debug,
      boolean trace,
      boolean strict,
      URI base,
      URI upstream,
      URI callback,
      double ratio,
      double jitter,
      long size,
      long budget,
      Level level) {}

  private Thirty() {}

  /** All thirty, each set. */
  static Map<String, String> variables() {
    var variables = new HashMap<String, String>();
    variables.put("APP_PORT", "8080");
    variables.put("APP_HOST", "host-1");
    variables.put("APP_NAME", "name-1");
    variables.put("APP_REGION", "region-1");
    variables.put("APP_ZONE", "zone-1");
    variables.put("APP_TEAM", "team-1");
    variables.put("APP_OWNER", "owner-1");
    variables.put("APP_VERSION", "version-1");
    variables.put("APP_TIMEOUT", "30s");
    variables.put("APP_GRACE", "30s");
    variables.put("APP_DELAY", "30s");
    variables.put("APP_INTERVAL", "30s");
    variables.put("APP_BACKOFF", "30s");
    variables.put("APP_RETRIES", "12");
    variables.put("APP_WORKERS", "12");
    variables.put("APP_QUEUE", "12");
    variables.put("APP_BATCH", "12");
    variables.put("APP_LIMIT", "12");
    variables.put("APP_DEPTH", "12");
    variables.put("APP_DEBUG", "true");
    variables.put("APP_TRACE", "true");
    variables.put("APP_STRICT", "true");
    variables.put("APP_BASE", "http://example.com/base");
    variables.put("APP_UPSTREAM", "http://example.com/upstream");
    variables.put("APP_CALLBACK", "http://example.com/callback");
    variables.put("APP_RATIO", "0.25");
    variables.put("APP_JITTER", "0.25");
    variables.put("APP_SIZE", "123456789");
    variables.put("APP_BUDGET", "123456789");
    variables.put("APP_LEVEL", "warn");
    return variables;
  }

  /** The same for those who read durations as ISO 8601 has them. */
  static Map<String, String> iso() {
    Map<String, String> variables = variables();
    variables.replaceAll((name, value) -> value.equals("30s") ? "PT30S" : value);
    return variables;
  }

  /** The same, and many that are nobody's: long names, and their values. */
  static Map<String, String> among(int foreign) {
    Map<String, String> variables = variables();
    for (int i = 0; i < foreign; i++) {
      variables.put("X_".repeat(30) + i, "v" + i);
    }
    return variables;
  }
}
