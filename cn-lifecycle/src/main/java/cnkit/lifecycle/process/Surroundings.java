package cnkit.lifecycle.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads what {@link Diagnosis} judges. What cannot be read is taken for healthy. */
public final class Surroundings {
  private Surroundings() {}

  static Diagnosis.Facts look(boolean hearsSignals) {
    ProcessHandle self = ProcessHandle.current();
    long parent = self.parent().map(ProcessHandle::pid).orElse(0L);
    return new Diagnosis.Facts(
        self.pid(),
        parent,
        firstLine("/proc/" + parent + "/comm"),
        field("/proc/self/status", "SigIgn:"),
        hearsSignals,
        hooks());
  }

  private static List<String> hooks() {
    var hooks = new ArrayList<String>();
    if (present("org.apache.logging.log4j.core.LoggerContext")
        && !"false".equals(System.getProperty("log4j2.shutdownHookEnabled"))
        && !"false".equals(System.getProperty("log4j.shutdownHookEnabled"))) {
      hooks.add(
          "Log4j 2 stops logging in a shutdown hook that runs beside ours: the end of the shutdown will not be "
              + "logged; set -Dlog4j2.shutdownHookEnabled=false and .flush(\"log4j\", LogManager::shutdown)");
    }
    if (present("io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk")) {
      hooks.add(
          "the OpenTelemetry SDK closes itself in a shutdown hook that runs beside ours: telemetry of the shutdown "
              + "may be lost; build it with disableShutdownHook() and .flush(\"telemetry\", sdk::close)");
    }
    return hooks;
  }

  /** The thread's, else ours. No method reference: to a caller-sensitive method the first costs milliseconds. */
  public static ClassLoader classLoader() {
    ClassLoader ofThread = Thread.currentThread().getContextClassLoader();
    return ofThread == null ? Surroundings.class.getClassLoader() : ofThread;
  }

  private static boolean present(String type) {
    try {
      Class.forName(type, false, classLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  private static String firstLine(String file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? "" : lines.get(0).trim();
  }

  private static String field(String file, String name) {
    for (String line : lines(file)) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).trim();
      }
    }
    return "";
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException | RuntimeException e) {
      return List.of(); // no procfs here
    }
  }
}
