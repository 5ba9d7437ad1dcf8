package cnkit.config.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://app:hunter2@db:5432/orders",
        "postgres://app:hunter2@db:54x/orders", // malformed
        "app:hunter2@db:5432", // without a scheme
        "https://hunter2@api.internal/v1", // a token alone
        "jdbc:postgresql://db/orders?user=app&password=hunter2",
        "amqp://a:b@one,amqp://c:hunter2@two"
      })
  void nothingOfAPasswordInAUriIsShown(String uri) {
    String shown = Text.quoted(uri);
    assertFalse(shown.contains("hunter2"), shown);
    assertTrue(shown.contains("***"), shown);
  }

  @Property(tries = 500)
  void aShownTextIsOneShortLineWithoutControlCharacters(@ForAll String text) {
    String shown = Text.shown(text);
    assertTrue(shown.codePoints().noneMatch(Character::isISOControl), shown);
    assertFalse(shown.replace("\\\"", "").contains("\""), shown);
    assertTrue(
        shown
                .replace("\\\"", "\"")
                .codePointCount(0, shown.replace("\\\"", "\"").length())
            <= 80,
        shown);
  }

  @ParameterizedTest
  @ValueSource(ints = {81, 100_000})
  void aLongTextIsCutAndSaysSo(int length) {
    String shown = Text.shown("a".repeat(length));
    assertEquals(80, shown.length());
    assertTrue(shown.endsWith("... (" + length + " characters)"), shown);
  }
}
