package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DurationsTest {
  @Test
  void aDurationHasOneReadableForm() {
    long ms = 1_000_000L;
    Map<Long, String> forms = new LinkedHashMap<>();
    forms.put(0L, "0 ms");
    forms.put(999L, "999 ns");
    forms.put(1_000L, "1 us");
    forms.put(163_505_871L, "163 ms");
    forms.put(999 * ms, "999 ms");
    forms.put(1_000 * ms, "1 s");
    forms.put(1_299 * ms, "1.2 s");
    forms.put(99_999 * ms, "99.9 s");
    forms.put(100_900 * ms, "100 s");
    forms.put(119_999 * ms, "119 s");
    forms.put(120_000 * ms, "2 min");
    forms.put(125_000 * ms, "2 min 5 s");
    forms.put(7_199_000 * ms, "119 min 59 s");
    forms.put(7_200_000 * ms, "2 h");
    forms.put(3 * 86_400_000 * ms + 3_600_000 * ms, "3 d 1 h");
    forms.put(-5 * ms, "-5 ms");
    forms.forEach((nanos, text) -> assertEquals(text, Durations.text(nanos)));
    assertEquals("-106751 d 23 h", Durations.text(Long.MIN_VALUE));
    assertEquals("53375 d 23 h", Durations.text(Duration.ofSeconds(Long.MAX_VALUE)));
  }

  @Property
  void aDurationFromSecondsOnHasAtMostTwoNumbersAndNeverFails(@ForAll long nanos) {
    assertTrue(Durations.text(nanos).matches("-?\\d+(\\.\\d)? [a-z]+( \\d+ [a-z]+)?"));
  }
}
