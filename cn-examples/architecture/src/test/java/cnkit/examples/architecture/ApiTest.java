package cnkit.examples.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The public API of each module is written down in its api.txt. */
class ApiTest {
  private static final String UPDATE = "mvn test -pl cn-examples/architecture -am -Dtest=ApiTest"
      + " -Dsurefire.failIfNoSpecifiedTests=false -Dapi.update";

  @ParameterizedTest
  @ValueSource(strings = {"core", "config", "health", "lifecycle", "resilience", "telemetry"})
  void theApiIsTheOneInTheFile(String module) throws IOException {
    String now = listing(module);
    Path file = Kit.ROOT.resolve("cn-" + module).resolve("api.txt");
    String update = System.getProperty("api.update", "no");
    if (update.isEmpty() || update.equals("true")) {
      Files.writeString(file, now);
    }
    String written = Files.exists(file) ? Files.readString(file) : "";
    assertEquals(
        written,
        now,
        () -> "the public API of cn-" + module + " is not the one in " + file
            + ". If the change is intended, write the file with: " + UPDATE + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"core", "config", "health", "lifecycle", "resilience", "telemetry"})
  void theApiNamesNothingInternal(String module) {
    String now = listing(module);
    assertFalse(now.contains("cnkit.core.internal"), now);
  }

  @Test
  void theListingHasWhatAUserSeesAndNothingElse() {
    assertEquals("""
        public static class cnkit.examples.architecture.ApiTest$Shown<T extends Comparable<T>> extends cnkit.examples.architecture.ApiTest$Hidden implements Runnable
          protected T one
          public Shown(T)
          public cnkit.examples.architecture.ApiTest$Part inherited(java.util.List<String>) throws java.io.IOException
          public void run()
        """, Api.of(List.of(Shown.class)));
    assertEquals("""
        public static final record cnkit.examples.architecture.ApiTest$Part(int size, java.util.List<String> names)
          public Part(int,java.util.List<String>)
          public int size()
          public java.util.List<String> names()
        """, Api.of(List.of(Part.class)));
  }

  private static String listing(String module) {
    return Api.of(Kit.visible(Kit.CLASSES, Kit.exported(module)).stream()
        .<Class<?>>map(JavaClass::reflect)
        .toList());
  }

  abstract static class Hidden {
    public Part inherited(List<String> names) throws IOException {
      return new Part(0, names);
    }

    void own() {}
  }

  /** Fixture. */
  public static class Shown<T extends Comparable<T>> extends Hidden implements Runnable {
    protected T one;

    int own;

    public Shown(T one) {
      this.one = one;
    }

    @Override
    public synchronized void run() {}
  }

  /** Fixture. */
  public record Part(int size, List<String> names) {}
}
