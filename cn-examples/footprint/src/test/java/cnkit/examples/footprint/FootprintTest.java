package cnkit.examples.footprint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FootprintTest {
  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertEquals(3.5, Footprint.median(List.of(9.0, 3.0, 4.0, 1.0)));
    assertEquals(4.0, Footprint.median(List.of(9.0, 4.0, 1.0)));
  }

  @EnabledOnOs(OS.LINUX)
  @ParameterizedTest
  @ValueSource(classes = {Twin.class, Kit.class})
  void aContenderGetsReadyServesAndEndsByItself(Class<?> contender) throws Exception {
    Life life = Life.begin(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        contender.getName()));
    try (life) {
      assertTrue(life.readyMillis() > 0);
      assertTrue(life.residentMegabytes() > 10);
      assertTrue(life.load(2, 0.2) > 0);
    }
    assertTrue(life.endedByItself());
  }
}
