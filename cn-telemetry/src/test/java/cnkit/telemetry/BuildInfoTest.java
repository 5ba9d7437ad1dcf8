package cnkit.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cnkit.core.Subscription;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildInfoTest {
  private static final Map<String, String> ALL = Map.of(
      "version",
      "1.4.2",
      "commit",
      "9fceb02",
      "dirty",
      "false",
      "commit.time",
      "2026-11-22T10:00:00Z");

  @TempDir
  Path folder;

  @Test
  void everyKeyIsRead() {
    assertEquals(
        new BuildInfo(
            "1.4.2",
            "9fceb02",
            Optional.of(false),
            Optional.of(Instant.parse("2026-11-22T10:00:00Z")),
            "17.0.15+6"),
        BuildInfo.of(ALL, "", "17.0.15+6"));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-22T10:00:00Z",
    "2026-11-22T12:00:00+02:00",
    "2026-11-22T11:00:00+0100",
    "1795341600"
  })
  void everyUsualFormOfTheCommitTimeIsTheSameInstant(String text) {
    BuildInfo build = BuildInfo.of(Map.of("commit.time", text), "", "17");
    assertEquals(Optional.of(Instant.parse("2026-11-22T10:00:00Z")), build.commitTime());
  }

  @Test
  void theManifestTellsTheVersionThatThePropertiesDoNot() {
    assertEquals("7.1", BuildInfo.of(Map.of(), "7.1", "17").version());
    assertEquals("1.4.2", BuildInfo.of(ALL, "7.1", "17").version());
  }

  @ParameterizedTest
  @CsvSource({"''", "'  '", "${git.commit.id}", "@git.commit.id@", "v-${x}"})
  void whatTheBuildDidNotFillIsUnknown(String text) {
    var unfilled = Map.of("version", text, "commit", text, "dirty", text, "commit.time", text);
    assertEquals(
        "{\"version\":\"unknown\",\"commit\":\"unknown\",\"dirty\":null,\"commitTime\":null,\"java\":\"17\"}",
        BuildInfo.of(unfilled, "", "17").toJson());
  }

  @Test
  void theJsonHoldsTheFiveFieldsInTheirTypes() {
    assertEquals(
        "{\"version\":\"1.4.2\",\"commit\":\"9fceb02\",\"dirty\":false,"
            + "\"commitTime\":\"2026-11-22T10:00:00Z\",\"java\":\"17.0.15+6\"}",
        BuildInfo.of(ALL, "", "17.0.15+6").toJson());
  }

  @Test
  void aHostileVersionStaysInsideItsString() {
    String json =
        BuildInfo.of(Map.of("version", "1\"},\\\n\u2028\ud800"), "", "17").toJson();
    assertEquals(
        "{\"version\":\"1\\\"},\\\\\\n\\u2028\\ud800\",\"commit\":\"unknown\",\"dirty\":null,"
            + "\"commitTime\":null,\"java\":\"17\"}",
        json);
  }

  @Test
  void theJarOfTheAnchorWinsOverOneThatComesFirstOnTheClassPath() throws Exception {
    Path first = jar("first.jar", "version=from-first\n", "9", false);
    Path own = jar("own.jar", "version=from-own\ncommit=abc\n", "9", true);
    try (var loader =
        new URLClassLoader(new URL[] {first.toUri().toURL(), own.toUri().toURL()}, null)) {
      BuildInfo build = BuildInfo.of(loader.loadClass(Anchor.class.getName()));
      assertEquals("from-own", build.version());
      assertEquals("abc", build.commit());
      assertEquals(Runtime.version().toString(), build.java());
    }
  }

  @Test
  void withoutPropertiesTheManifestOfTheAnchorsJarTells() throws Exception {
    Path own = jar("own.jar", "", "2.0.1", true);
    try (var loader = new URLClassLoader(new URL[] {own.toUri().toURL()}, null)) {
      assertEquals(
          "2.0.1", BuildInfo.of(loader.loadClass(Anchor.class.getName())).version());
    }
  }

  @Test
  void aClassOfTheJdkHasNoBuildOfOursAndNothingIsThrown() {
    assertEquals(BuildInfo.UNKNOWN, BuildInfo.of(String.class).commit());
  }

  @Test
  void theResourceHoldsWhatIsKnownAndNothingElse() {
    assertEquals(
        "{service.version=1.4.2, vcs.ref.head.revision=9fceb02}",
        Recorded.text(BuildInfo.of(ALL, "", "17").attributes()));
    assertEquals("{}", Recorded.text(BuildInfo.of(Map.of(), "", "17").attributes()));
  }

  @Test
  void theBuildIsASeriesOfValueOneUntilTheRegistrationIsClosed() {
    try (Recorded recorded = new Recorded()) {
      var series = Map.of(
          "{cn.build.dirty=false, process.runtime.version=17, service.version=1.4.2, vcs.ref.head.revision=9fceb02}",
          1L);
      Subscription registration = BuildInfo.of(ALL, "", "17").observe(recorded.otel());
      assertEquals(series, recorded.series("cn.build.identity"));
      registration.close();
      registration.close();
      assertEquals(Map.of(), recorded.series("cn.build.identity"));
    }
  }

  /** Copied into the jars under test. */
  public static final class Anchor {}

  private Path jar(String name, String properties, String version, boolean withAnchor)
      throws Exception {
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    Path path = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(path);
        var jar = new JarOutputStream(out, manifest)) {
      if (!properties.isEmpty()) {
        jar.putNextEntry(new JarEntry("META-INF/cn-build.properties"));
        jar.write(properties.getBytes(UTF_8));
      }
      if (withAnchor) {
        String entry = Anchor.class.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(entry));
        try (var in = BuildInfoTest.class.getResourceAsStream('/' + entry)) {
          jar.write(java.util.Objects.requireNonNull(in, entry).readAllBytes());
        }
      }
    }
    return path;
  }
}
