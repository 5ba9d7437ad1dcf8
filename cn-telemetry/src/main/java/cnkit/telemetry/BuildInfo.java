package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import cnkit.core.Subscription;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.JsonWriter;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.metrics.Meter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * Which build is running: read once from the jar, the same bytes in every build of the same commit
 * (there is no build time). Immutable and safe for use by many threads.
 *
 * <p>The source is {@code META-INF/cn-build.properties} beside the application's classes, with the keys
 * {@code version}, {@code commit}, {@code dirty} ({@code true} or {@code false}) and {@code commit.time}
 * (RFC 3339, {@code 2026-11-22T10:00:00Z} or {@code +0100}, or seconds since 1970). What it lacks comes
 * from the manifest ({@code Implementation-Version}), else is {@value #UNKNOWN} or empty. A placeholder
 * that the build did not fill counts as absent.
 *
 * <pre>{@code
 * BuildInfo build = BuildInfo.of(Main.class);
 * build.version();  // "1.4.2", or "unknown"
 * build.toJson();   // the body of GET /version
 * }</pre>
 *
 * @param version the version, or {@value #UNKNOWN}
 * @param commit the commit's id, or {@value #UNKNOWN}
 * @param dirty whether files differed from the commit; empty when not known
 * @param commitTime when the commit was made; empty when not known
 * @param java the version of the running JVM, {@code 17.0.15+6} for example
 */
public record BuildInfo(
    String version,
    String commit,
    Optional<Boolean> dirty,
    Optional<Instant> commitTime,
    String java) {

  /** The text for a version or commit that nothing tells. */
  public static final String UNKNOWN = "unknown";

  private static final String PROPERTIES = "META-INF/cn-build.properties";
  private static final String MANIFEST = "META-INF/MANIFEST.MF";
  private static final DateTimeFormatter COMMIT_TIME = new DateTimeFormatterBuilder()
      .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
      .appendPattern("[XXX][XX]")
      .toFormatter(Locale.ROOT);

  /**
   * Checks that no component is null.
   *
   * @throws NullPointerException if a component is null; the message names it
   */
  public BuildInfo {
    requireNonNull(version, "version");
    requireNonNull(commit, "commit");
    requireNonNull(dirty, "dirty");
    requireNonNull(commitTime, "commitTime");
    requireNonNull(java, "java");
  }

  /**
   * Reads the build of the jar, or folder of classes, that holds a class; when that one says nothing,
   * the first that its class loader finds. Never fails: what cannot be read is not known.
   *
   * @param anchor a class of the application, its main class for example
   * @return what is known of the build
   */
  public static BuildInfo of(Class<?> anchor) {
    requireNonNull(anchor, "anchor");
    return of(properties(anchor), manifestVersion(anchor), Runtime.version().toString());
  }

  static BuildInfo of(Map<String, String> properties, String manifestVersion, String java) {
    return new BuildInfo(
        filled(properties.get("version")).or(() -> filled(manifestVersion)).orElse(UNKNOWN),
        filled(properties.get("commit")).orElse(UNKNOWN),
        filled(properties.get("dirty"))
            .filter(Set.of("true", "false")::contains)
            .map(Boolean::valueOf),
        filled(properties.get("commit.time")).flatMap(BuildInfo::instant),
        java);
  }

  /**
   * The body of {@code GET /version}: one JSON object with {@code version}, {@code commit}, {@code dirty},
   * {@code commitTime} and {@code java}; {@code dirty} and {@code commitTime} are null when not known.
   *
   * @return the object, on one line, without a line end
   */
  public String toJson() {
    return new JsonWriter()
        .beginObject()
        .field("version", version)
        .field("commit", commit)
        .name("dirty")
        .any(dirty.orElse(null))
        .name("commitTime")
        .any(commitTime.orElse(null))
        .field("java", java)
        .endObject()
        .toString();
  }

  /**
   * The attributes of this build for a resource: {@code service.version} and {@code
   * vcs.ref.head.revision}; what is not known is left out.
   *
   * @return the attributes, possibly none
   */
  public Attributes attributes() {
    AttributesBuilder attributes = Attributes.builder();
    if (!version.equals(UNKNOWN)) {
      attributes.put(Contract.SERVICE_VERSION, version);
    }
    if (!commit.equals(UNKNOWN)) {
      attributes.put(Contract.VCS_REF_HEAD_REVISION, commit);
    }
    return attributes.build();
  }

  /**
   * Publishes the build as the metric {@code cn.build.identity}, constantly 1, so that a dashboard shows
   * which version each instance runs.
   *
   * @param otel where to publish
   * @return closes the observation
   */
  public Subscription observe(OpenTelemetry otel) {
    Meter meter = Signals.meter(otel);
    Attributes series = Attributes.builder()
        .put(Contract.SERVICE_VERSION, version)
        .put(Contract.VCS_REF_HEAD_REVISION, commit)
        .put(Contract.CN_BUILD_DIRTY, dirty.map(String::valueOf).orElse(UNKNOWN))
        .put(Contract.PROCESS_RUNTIME_VERSION, java)
        .build();
    return Signals.subscription(List.of(Contract.Metrics.CN_BUILD_IDENTITY
        .upDownCounter(meter)
        .buildWithCallback(one -> one.record(1, series))));
  }

  private static Optional<String> filled(@Nullable String text) {
    if (text == null || text.isBlank() || text.contains("${") || text.startsWith("@")) {
      return Optional.empty();
    }
    return Optional.of(text.strip());
  }

  private static Optional<Instant> instant(String text) {
    Guarded.Result<Instant> instant = Guarded.get(() -> text.matches("[0-9]+")
        ? Instant.ofEpochSecond(Long.parseLong(text))
        : OffsetDateTime.parse(text, COMMIT_TIME).toInstant());
    return Optional.ofNullable(instant.value());
  }

  /** What lies beside the class, else what its loader finds first. */
  private static Map<String, String> properties(Class<?> anchor) {
    Map<String, String> map = new TreeMap<>();
    Throwable unreadable = Guarded.run(() -> {
      URL url = beside(anchor, PROPERTIES);
      url = url == null ? anchor.getResource('/' + PROPERTIES) : url;
      if (url != null) {
        try (InputStream in = url.openStream()) {
          Properties properties = new Properties();
          properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
          properties.forEach((key, value) -> map.put(key.toString(), value.toString()));
        }
      }
    });
    return unreadable == null ? map : Map.of();
  }

  private static String manifestVersion(Class<?> anchor) {
    String version = anchor.getPackage().getImplementationVersion();
    if (version != null) {
      return version;
    }
    // the packages of a named module and of a folder of classes have no version
    return Guarded.<String>get(() -> {
          URL url = beside(anchor, MANIFEST);
          if (url == null) {
            return "";
          }
          try (InputStream in = url.openStream()) {
            return new Manifest(in).getMainAttributes().getValue("Implementation-Version");
          }
        })
        .or("");
  }

  private static @Nullable URL beside(Class<?> anchor, String name) throws IOException {
    CodeSource source = anchor.getProtectionDomain().getCodeSource();
    URL home = source == null ? null : source.getLocation();
    if (home == null) {
      return null;
    }
    URL ofModule = anchor.getModule().isNamed() ? anchor.getResource('/' + name) : null;
    if (ofModule != null || anchor.getClassLoader() == null) {
      return ofModule;
    }
    for (URL url : Collections.list(anchor.getClassLoader().getResources(name))) {
      String form = url.toExternalForm();
      if (form.equals(home + name) || form.equals("jar:" + home + "!/" + name)) {
        return url;
      }
    }
    return null;
  }
}
