package cnkit.examples.modulepath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stranger's Maven build that finds our jars and flattened POMs in a repository, and no parent there. */
@Tag("full")
class PublishedPomTest {
  private static final Path ROOT = Path.of(System.getProperty("cn.root", "../.."));
  private static final String VERSION = System.getProperty("cn.version", "0.1.0-SNAPSHOT");
  private static final Map<String, String> TYPES = Map.of(
      "cn-core", "cnkit.core.Time",
      "cn-config", "cnkit.config.Config",
      "cn-health", "cnkit.health.Health",
      "cn-lifecycle", "cnkit.lifecycle.Lifecycle",
      "cn-resilience", "cnkit.resilience.Pipeline",
      "cn-telemetry", "cnkit.telemetry.BuildInfo");

  @TempDir
  Path work;

  @Test
  void eachModuleResolvesWithoutTheParentIntoAnEmptyLocalRepository() throws Exception {
    for (String module : TYPES.keySet()) {
      publish(module);
      consumer(module);
    }
    Files.writeString(
        work.resolve("pom.xml"),
        project(
            "all",
            "<packaging>pom</packaging><modules>"
                + String.join(
                    "",
                    TYPES.keySet().stream()
                        .map(name -> "<module>" + name + "</module>")
                        .toList())
                + "</modules>"));
    Files.writeString(work.resolve("settings.xml"), settings());

    Path local = work.resolve("local");
    run(
        "mvn",
        "-B",
        "-q",
        "-s",
        work.resolve("settings.xml").toString(),
        "-Dmaven.repo.local=" + local,
        "compile");

    assertTrue(
        Files.isDirectory(local.resolve("cnkit/cn-telemetry")), "not resolved from the repository");
    assertFalse(Files.exists(local.resolve("cnkit/cn-parent")), "the parent was asked for");
    assertFalse(Files.exists(local.resolve("org/jspecify")), "an annotation came with a module");
  }

  private void publish(String module) throws Exception {
    Path target = ROOT.resolve(module).resolve("target");
    Path jar = target.resolve(module + "-" + VERSION + ".jar");
    assertTrue(
        Files.exists(jar), () -> jar + " is missing: run mvn package or verify, not mvn test");
    Path place =
        Files.createDirectories(work.resolve("published/cnkit").resolve(module).resolve(VERSION));
    Files.copy(jar, place.resolve(jar.getFileName()));
    Files.copy(target.resolve("flattened-pom.xml"), place.resolve(module + "-" + VERSION + ".pom"));
  }

  private void consumer(String module) throws Exception {
    Path source = work.resolve(module).resolve("src/main/java/User.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class User { Class<?> used = " + TYPES.get(module) + ".class; }");
    Files.writeString(
        work.resolve(module).resolve("pom.xml"),
        project("uses-" + module, """
            <properties><maven.compiler.release>17</maven.compiler.release>
              <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
            <dependencies><dependency><groupId>cnkit</groupId><artifactId>%s</artifactId>
              <version>%s</version></dependency></dependencies>
            <build><plugins>
              <plugin><artifactId>maven-resources-plugin</artifactId><version>3.5.0</version></plugin>
              <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.16.0</version></plugin>
            </plugins></build>
            """.formatted(module, VERSION)));
  }

  private static String project(String name, String content) {
    return """
        <project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
        <groupId>stranger</groupId><artifactId>%s</artifactId><version>1</version>
        %s</project>
        """.formatted(name, content);
  }

  /** What this build has downloaded stands for the central repository, so that nothing is fetched again. */
  private String settings() {
    String central = Path.of(System.getProperty("cn.repository")).toUri().toString();
    return """
        <settings><profiles><profile><id>here</id>
        <repositories>
          <repository><id>published</id><url>%s</url></repository>
          <repository><id>central</id><url>%s</url></repository>
        </repositories>
        <pluginRepositories><pluginRepository><id>central</id><url>%2$s</url></pluginRepository></pluginRepositories>
        </profile></profiles><activeProfiles><activeProfile>here</activeProfile></activeProfiles></settings>
        """.formatted(work.resolve("published").toUri(), central);
  }

  private void run(String... command) throws Exception {
    Path log = work.resolve("log");
    Process process = new ProcessBuilder(List.of(command))
        .directory(work.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    String out = Files.readString(log, StandardCharsets.UTF_8);
    assertTrue(ended, () -> "does not end\n" + out);
    assertEquals(0, process.exitValue(), out);
  }
}
