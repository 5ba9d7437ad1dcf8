package cnkit.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTextTest {
  private static final String CANARY = "cAnArY7";

  @TestFactory // cases C103-C110, H102-H105, T119-T132
  List<DynamicTest> everyRowOfTheGoldenFileIsMaskedAsWritten() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    String name = "";
    for (String line : golden()) {
      if (line.startsWith("#")) {
        name = line;
        continue;
      }
      String[] row = line.split(" \\| ", -1);
      String input = raw(row[1]);
      String expected = row[2].equals("=") ? input : raw(row[2]);
      tests.add(DynamicTest.dynamicTest(name + ": " + row[1], () -> {
        String shown = apply(row[0], input);
        assertEquals(expected, shown);
        assertEquals(expected, row[0].equals("line") ? shown : apply(row[0], shown), "twice");
        if (row[0].equals("text") && shown.equals(input)) {
          assertSame(input, shown);
        }
      }));
    }
    assertTrue(tests.size() > 100);
    return tests;
  }

  private static List<String> golden() throws Exception {
    try (InputStream file = SafeTextTest.class.getResourceAsStream("safe-text.txt")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  private static String raw(String text) {
    return text.replace("\\\\", "\0")
        .replace("\\t", "\t")
        .replace("\\n", "\n")
        .replace("\\u001b", "\u001b")
        .replace("\\u00a0", "\u00a0")
        .replace("\\u2003", "\u2003")
        .replace('\0', '\\');
  }

  private static String apply(String kind, String text) {
    return switch (kind) {
      case "text" -> SafeText.redact(text);
      case "value" -> SafeText.value("url", text);
      case "url" -> SafeText.url(text);
      case "query" -> SafeText.query(text, Set.of());
      case "line" -> SafeText.line(text, 1000);
      default -> throw new IllegalArgumentException(kind);
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password", "DB_PASSWORD", "db.password", "passwords", "accessToken", "access_token",
            "X-Api-Key", "apiKey",
        "APIKey", "apikey", "client-secret", "Authorization", "Set-Cookie", "AWSAccessKeyId",
            "Signature", "sig",
        "X-Goog-Signature", "private_key", "sessionId", "session", "passphrase", "otp", "jwt",
            "accesstoken",
        "accesstokens", "clientsecret", "authtoken", "secretkey", "dbpassword", "credentials",
            "DB_PASS"
      })
  void aNameWithASecretWordIsSecret(String name) {
    assertTrue(SafeText.isSecretName(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tokenizer",
        "tokens",
        "max_tokens",
        "monkey",
        "keyboard",
        "signal",
        "assignature",
        "passenger",
        "key",
        "page",
        "secretary",
        "cookies-and-cream",
        "token.ttl",
        "sessionTimeout",
        "pass",
        "token_url"
      })
  void aNameThatOnlyResemblesOneIsNot(String name) {
    assertFalse(SafeText.isSecretName(name));
  }

  @Test
  void furtherNamesAreWholeNamesInAnyCase() {
    Set<String> further = Set.of("x-internal");
    assertTrue(SafeText.isSecretName("X-INTERNAL", further));
    assertFalse(SafeText.isSecretName("x-internal"));
    assertEquals("X-Internal=***", SafeText.redact("X-Internal=a", further));
    assertEquals("/p?x-internal=***&b=1", SafeText.url("/p?x-internal=a&b=1", further));
    assertEquals("x-internal=***", SafeText.query("x-internal=a", further));
  }

  @Test
  void aValueWithASecretNameIsMaskedWhole() {
    assertEquals("***", SafeText.value("db.password", "must not be blank"));
    assertEquals("", SafeText.value("db.password", ""));
    assertEquals("***", SafeText.value("Authorization", "ApiKey a b c"));
    assertEquals("https://***@h/", SafeText.value("Referer", "https://u:p@h/"));
  }

  @ParameterizedTest
  @CsvSource({
    "0061, a",
    "000a, \\n",
    "000d, \\r",
    "0009, \\t",
    "0000, \\u0000",
    "001f, \\u001f",
    "007f, \\u007f",
    "0085, \\u0085",
    "009f, \\u009f",
    "2028, \\u2028",
    "2029, \\u2029",
    "202e, \\u202e",
    "2066, \\u2066",
    "200f, \\u200f",
    "d83d, \\ud83d",
    "de00, \\ude00",
    "feff, \\ufeff",
    "00e9, é"
  })
  void whatCouldForgeALineIsEscaped(String hex, String shown) {
    String character = String.valueOf((char) Integer.parseInt(hex, 16));
    assertEquals("x" + shown + "y", SafeText.escape("x" + character + "y"));
    assertEquals("x" + shown + "y", SafeText.escape(SafeText.escape("x" + character + "y")));
  }

  @Test
  void aTextWithoutControlCharactersIsTheSameInstance() {
    String text = "a \uD83D\uDE00 \\ \" é";
    assertSame(text, SafeText.escape(text));
    assertSame(text, SafeText.cap(text, 200));
  }

  @Test
  void aCappedTextCountsCodePointsAndSaysHowLongItWas() {
    String text = "\uD83D\uDE00".repeat(100);
    assertSame(text, SafeText.cap(text, 100));
    String cut = SafeText.cap(text, 80);
    assertEquals("\uD83D\uDE00".repeat(80 - 20) + "... (100 characters)", cut);
    assertEquals(80, cut.codePointCount(0, cut.length()));
    assertEquals("\uD83D\uDE00".repeat(7) + "...", SafeText.cap(text, 10));
    assertEquals("..", SafeText.cap(text, 2));
    assertEquals("", SafeText.cap(text, 0));
  }

  @Test
  void aLineOfAnObjectThatCannotBePrintedIsItsClass() {
    Object hostile = new Object() {
      @Override
      public String toString() {
        throw new IllegalStateException();
      }
    };
    assertEquals(hostile.getClass().getName(), SafeText.line(hostile, 200));
    assertEquals("null", SafeText.line(null, 200));
    assertEquals("password=***\\n", SafeText.line("password=a\n", 200));
  }

  @Property
  void aCanaryNeverSurvivesBesideASecretName(
      @ForAll("noise") String before,
      @ForAll("secrets") String secret,
      @ForAll("noise") String after) {
    String text = before + "\n" + secret + "\n" + after;
    assertFalse(SafeText.redact(text).contains(CANARY), text);
  }

  @Property // C103-C108: raw reserved characters anywhere in the password
  void noPartOfAPasswordInAUriSurvives(
      @ForAll("schemes") String scheme,
      @ForAll("passwords") String left,
      @ForAll("passwords") String right) {
    String uri = scheme + "user:" + left + CANARY + right + "@h/db";
    for (String shown : List.of(SafeText.value("url", uri), SafeText.url(uri))) {
      assertFalse(shown.contains(CANARY), () -> uri + " became " + shown);
      assertTrue(shown.endsWith("***@h/db"), () -> uri + " became " + shown);
    }
  }

  @Property
  void maskingTwiceIsMaskingOnce(@ForAll("noise") String text, @ForAll("secrets") String secret) {
    List<UnaryOperator<String>> doors = List.of(
        SafeText::redact,
        t -> SafeText.query(t, Set.of()),
        SafeText::escape,
        t -> SafeText.value("x", t));
    for (UnaryOperator<String> door : doors) {
      String once = door.apply(text + secret + text);
      assertEquals(once, door.apply(once));
    }
  }

  @Property
  void anyTextGetsThroughOnOneLine(@ForAll String text) {
    assertFalse(SafeText.line(text, 200).chars().anyMatch(Character::isISOControl));
    SafeText.url(text);
    SafeText.query(text, Set.of());
  }

  @ParameterizedTest // case C119: quadratic work would take minutes, recursion would overflow
  @ValueSource(
      strings = {
        "7",
        "a",
        "a://b,",
        "a://b/",
        "\"a://b/",
        "a@",
        "http://a:a:",
        "[",
        ":",
        "1h1h",
        "a:b@c ",
        "x://a:b ",
        "a/b@",
        "password=",
        "password=[",
        "password=\"",
        "token: 'a ",
        "token: a ",
        "token=",
        "<password ",
        "<password>",
        "Cookie: a=b; ",
        "a,b=",
        "%2525",
        "&token",
        "\\\"",
        "bearer "
      })
  void aLongTextOfAnyShapeTakesLinearTime(String shape) {
    String text = shape.repeat((1 << 18) / shape.length());
    for (String end : List.of("", "@h\"</password>")) {
      for (String kind : List.of("text", "value")) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> apply(kind, text + end));
      }
    }
  }

  @Provide
  Arbitrary<String> noise() {
    return Arbitraries.strings().withChars("ab:=&?/@'\"\\ {}.,-_7Z").ofMaxLength(30);
  }

  @Provide
  Arbitrary<String> schemes() {
    return Arbitraries.of("postgres://", "jdbc:postgresql://", "x://", "");
  }

  @Provide
  Arbitrary<String> passwords() {
    return Arbitraries.strings()
        .withChars("ab7Z/#?,;'\" :@%!$*")
        .ofMaxLength(8)
        .map(s -> "p" + s + "w");
  }

  @Provide
  Arbitrary<String> secrets() {
    return Arbitraries.of(
        "password=" + CANARY,
        "password \t=\u00a0" + CANARY,
        "\"apiKey\": \"" + CANARY + '"',
        "{\\\"password\\\": \\\"" + CANARY + "\\\"}",
        "Authorization: Bearer " + CANARY,
        "Authorization: Foo " + CANARY,
        "Cookie: a=b; c=" + CANARY,
        "Bearer " + CANARY,
        "amqp://guest:" + CANARY + "@mq/",
        "amqp://guest:p w" + CANARY + "@mq/",
        "x?next=https%3A%2F%2Fu%3A" + CANARY + "%40h",
        "X-Amz-Signature=" + CANARY + "&x=1",
        "/cb?sortkey=" + CANARY,
        "<secret>" + CANARY + "</secret>",
        "x --db-password " + CANARY + " -h");
  }
}
