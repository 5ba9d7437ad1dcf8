package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a test needs of the machine; what is missing skips it, or fails it where {@code cn.require} is set (-Pfull). */
final class Machine {
  private Machine() {}

  static void needs(String... programs) {
    List<String> missing = new ArrayList<>();
    for (String program : programs) {
      if (Stream.of("/usr/bin", "/usr/sbin", "/bin", "/usr/local/bin")
          .noneMatch(directory -> Files.isExecutable(Path.of(directory, program)))) {
        missing.add(program);
      }
    }
    if (!missing.isEmpty()) {
      missing("programs " + missing + ": install what .ci/packages lists");
    }
  }

  static void needsRoot() {
    if (!"root".equals(System.getProperty("user.name"))) {
      missing("to be root");
    }
  }

  static void needsJdk(int feature) {
    if (find(feature).isEmpty()) {
      missing("a JDK " + feature + " in /usr/lib/jvm");
    }
  }

  /** The home of an installed JDK. */
  static Path jdk(int feature) {
    return find(feature).orElseThrow();
  }

  private static Optional<Path> find(int feature) {
    try (Stream<Path> homes = Files.list(Path.of("/usr/lib/jvm"))) {
      return homes
          .filter(home -> Files.isExecutable(home.resolve("bin/jlink")) && is(home, feature))
          .findFirst();
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  private static boolean is(Path home, int feature) {
    try {
      return Files.readString(home.resolve("release")).contains("JAVA_VERSION=\"" + feature);
    } catch (IOException none) {
      return false;
    }
  }

  private static void missing(String what) {
    String message = "this test needs " + what;
    if (Boolean.getBoolean("cn.require")) {
      fail(message);
    }
    abort(message);
  }
}
