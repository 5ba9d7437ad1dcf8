package cnkit.examples.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a door of cn-core does is done nowhere else, except by the classes in doors.txt. */
class DoorsTest {
  private static final JavaClasses VIOLATIONS =
      new ClassFileImporter().importPackages("cnkit.examples.architecture.fixture");

  @ParameterizedTest
  @EnumSource
  void onlyTheDoorAndTheClassesOfTheListDoIt(Door door) throws IOException {
    Set<String> opened = door.openedBy(Kit.CLASSES);
    Set<String> allowed = allowed().getOrDefault(door, Set.of());

    Set<String> forbidden = new TreeSet<>(opened);
    forbidden.removeAll(allowed);
    Set<String> superfluous = new TreeSet<>(allowed);
    superfluous.removeAll(opened);
    assertEquals(Set.of(), forbidden, () -> door + " goes through cn-core: see Door." + door);
    assertEquals(
        Set.of(), superfluous, () -> "no longer needed for " + door + ": delete from doors.txt");
  }

  @ParameterizedTest
  @EnumSource
  void theRuleBites(Door door) {
    assertTrue(
        door.openedBy(VIOLATIONS).contains("cnkit.examples.architecture.fixture.PassesTheDoors"),
        () -> door + " is not noticed");
  }

  /** Lines of door, class and the reason. */
  private static Map<Door, Set<String>> allowed() throws IOException {
    Map<Door, Set<String>> allowed = new TreeMap<>();
    try (InputStream in = DoorsTest.class.getResourceAsStream("/doors.txt")) {
      for (String line :
          new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (!line.isBlank() && !line.startsWith("#")) {
          String[] words = line.strip().split("\\s+", 3);
          assertEquals(3, words.length, () -> "door, class and reason are due in: " + line);
          allowed
              .computeIfAbsent(Door.valueOf(words[0]), door -> new TreeSet<>())
              .add(words[1]);
        }
      }
    }
    return allowed;
  }
}
