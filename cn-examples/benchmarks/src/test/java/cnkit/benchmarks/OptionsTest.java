package cnkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  @Test
  void withoutOptionsEverythingRunsOnThisJvm() {
    Options options = Options.parse(List.of());
    assertEquals(5, options.rounds());
    assertTrue(Files.isExecutable(options.java()));
    assertFalse(options.quick() || options.list() || options.cpu());
  }

  @Test
  void aVersionOfJavaIsFoundByItsNumber() {
    String here = String.valueOf(Runtime.version().feature());
    assertEquals(
        Options.parse(List.of()).java(), Options.parse(List.of("--jvm", here)).java());
  }

  @Test
  void quickTakesThreeRoundsUnlessToldOtherwise() {
    assertEquals(3, Options.parse(List.of("--quick")).rounds());
    assertEquals(7, Options.parse(List.of("--rounds", "7", "--quick")).rounds());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--rounds 1", "--rounds x", "--rounds", "--jvm 9", "--jvm /nowhere", "-x"})
  void whatIsNotUnderstoodIsRefusedAndNamed(String line) {
    String message = assertThrows(
            IllegalArgumentException.class, () -> Options.parse(List.of(line.split(" ", -1))))
        .toString();
    assertTrue(message.contains(line.split(" ", -1)[0]), message);
  }
}
