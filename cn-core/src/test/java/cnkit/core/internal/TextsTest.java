package cnkit.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The small forms: JSON and arguments. */
class TextsTest {
  @Test
  void jsonHasItsCommasWhereTheyBelong() {
    String json = new JsonWriter()
        .beginObject()
        .field("a", "x")
        .field("b", 7)
        .field("c", true)
        .name("d")
        .beginArray()
        .value(1.5)
        .value(Double.NaN)
        .beginObject()
        .endObject()
        .value(false)
        .endArray()
        .name("e")
        .raw("null")
        .endObject()
        .toString();
    assertEquals("{\"a\":\"x\",\"b\":7,\"c\":true,\"d\":[1.5,null,{},false],\"e\":null}", json);
  }

  @Test
  void mapsListsAndScalarsAreWrittenAsJson() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("list", Arrays.asList(1, "two", null, 3.5, true, Double.POSITIVE_INFINITY));
    map.put("empty", List.of());
    map.put("other", Duration.ofSeconds(1));
    assertEquals(
        "{\"list\":[1,\"two\",null,3.5,true,null],\"empty\":[],\"other\":\"PT1S\"}",
        JsonWriter.of(map));
  }

  @Property
  void everyTextComesBackFromItsQuotes(@ForAll String text) {
    StringBuilder out = new StringBuilder();
    JsonWriter.quote(out, text);
    assertEquals(text, unquote(out.toString()));
    for (int i = 0; i < out.length(); i++) {
      char c = out.charAt(i);
      assertTrue(c >= ' ' && c != 0x7f && c != 0x2028 && c != 0x2029, "raw " + (int) c);
      if (Character.isSurrogate(c)) {
        int at = Character.isHighSurrogate(c) ? i : i - 1;
        assertTrue(Character.isSurrogatePair(out.charAt(at), out.charAt(at + 1)), "lone");
      }
    }
  }

  private static String unquote(String quoted) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < quoted.length() - 1; i++) {
      char c = quoted.charAt(i);
      if (c != '\\') {
        assertTrue(c != '"', "an end in the middle");
        text.append(c);
        continue;
      }
      c = quoted.charAt(++i);
      switch (c) {
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'u' -> {
          text.append((char) Integer.parseInt(quoted.substring(i + 1, i + 5), 16));
          i += 4;
        }
        default -> text.append(c);
      }
    }
    return text.toString();
  }

  @Test
  void anArgumentIsRejectedWithItsNameTheExpectationAndTheValue() {
    assertEquals(
        "limit: expected 1..10, got 11",
        assertThrows(
                IllegalArgumentException.class, () -> Arguments.check(false, "limit", "1..10", 11))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> Arguments.name(" "));
    assertEquals("x", Arguments.name("x"));
    for (Duration wrong : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(2))) {
      assertThrows(IllegalArgumentException.class, () -> Arguments.positive("d", wrong));
    }
    assertEquals(Duration.ofDays(1), Arguments.positive("d", Duration.ofDays(1)));
    assertEquals(Duration.ZERO, Arguments.notNegative("d", Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> Arguments.notNegative("d", Duration.ofNanos(-1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Arguments.notNegative("d", Duration.ofDays(1).plusNanos(1)));
  }

  @Property
  void nanosecondsNeverOverflow(@ForAll long seconds, @ForAll long millis) {
    for (Duration d : List.of(Duration.ofSeconds(seconds), Duration.ofMillis(millis))) {
      long nanos = Arguments.saturatedNanos(d);
      assertTrue(Math.abs(nanos) <= Arguments.FOREVER_NANOS);
      assertEquals(
          d.compareTo(Duration.ZERO),
          Integer.signum(Long.signum(nanos)) * Math.abs(d.compareTo(Duration.ZERO)));
      if (Math.abs(nanos) < Arguments.FOREVER_NANOS) {
        assertEquals(d, Duration.ofNanos(nanos));
      }
    }
  }
}
