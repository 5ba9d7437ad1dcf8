package cnkit.lifecycle.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a process finds around it at its start. */
class DiagnosisTest {
  private static final Diagnosis.Facts HEALTHY =
      new Diagnosis.Facts(1, 0, "", "0000000000000000", true, List.of());

  @Test // case L10
  void aShellAsProcessOneIsWarnedOfWithWhatToWrite() {
    List<String> warnings =
        Diagnosis.warnings(new Diagnosis.Facts(7, 1, "sh", "0000000000000000", true, List.of()));
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("exec form"), warnings::toString);
    assertEquals(List.of(), Diagnosis.warnings(HEALTHY));
    assertEquals(
        List.of(),
        Diagnosis.warnings(new Diagnosis.Facts(7, 1, "tini", "", true, List.of())),
        "an init forwards");
    assertEquals(
        List.of(),
        Diagnosis.warnings(new Diagnosis.Facts(7, 5, "bash", "", true, List.of())),
        "a terminal's shell is not process 1");
  }

  @Test
  void anIgnoredSigtermIsWarnedOf() {
    List<String> warnings =
        Diagnosis.warnings(new Diagnosis.Facts(1, 0, "", "0000000000004000", true, List.of()));
    assertTrue(warnings.get(0).startsWith("SIGTERM is ignored"), warnings::toString);
    assertFalse(Diagnosis.ignores("0000000000003fff", 15));
    assertTrue(Diagnosis.ignores("ffffffffffffffff", 15));
    assertFalse(Diagnosis.ignores("nonsense", 15));
  }

  @Test
  void hooksOfOthersAreWarnedOfOnlyWhereTheyRaceOurs() {
    List<String> hooks = List.of("Log4j 2 ...");
    assertEquals(hooks, Diagnosis.warnings(new Diagnosis.Facts(1, 0, "", "", false, hooks)));
    assertEquals(List.of(), Diagnosis.warnings(new Diagnosis.Facts(1, 0, "", "", true, hooks)));
  }

  @Property
  void clippedTextIsAPrefixThatFitsAndEndsWithAWholeCharacter(
      @ForAll String text, @ForAll @IntRange(max = 200) int max) {
    String clean = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    byte[] clipped = TerminationMessage.clip(clean, max);
    assertTrue(clipped.length <= max || clipped.length == 0);
    String back = new String(clipped, StandardCharsets.UTF_8);
    assertTrue(clean.startsWith(back), () -> back + " of " + clean);
    assertTrue(clipped.length > max - 4
        || clipped.length == clean.getBytes(StandardCharsets.UTF_8).length);
  }
}
