package cnkit.health;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small rules about texts and times: what is hidden, which format is chosen, what fits, when a check runs. */
class TextRulesTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
          password=hunter2                      | password=***
          passwords = hunter2 rest              | passwords = *** rest
          secret_key=abc&next=1                 | secret_key=***&next=1
          pwd: x;y                              | pwd: ***;y
          a PassWD:'x'                          | a PassWD:'***'
          {"token":"abc"}                       | {"token":"***"}
          token=a, api-key=b) apikey=c          | token=***, api-key=***) apikey=***
          token abc                             | token abc
          token "abc                            | token "abc
          secret=                               | secret=
          it is basic                           | it is basic
          bearer abc                            | bearer ***
          Authorization: Bearer abc def         | Authorization: *** def
          Authorization: Basic abc              | Authorization: ***
          credential:bearers                    | credential:***
          jdbc:postgresql://u:p@host/db         | jdbc:postgresql://***@host/db
          http://a:b@h1 and (https://c:d@h2)    | http://***@h1 and (https://***@h2)
          user/tiger@host                       | ***@host
          user:pw@host                          | ***@host
          mail user@host now                    | mail user@host now
          """)
  void whatFollowsAWordForASecretIsHidden(String text, String shown) {
    assertEquals(shown, Causes.reason(text));
  }

  @Test
  void aTextForPeopleIsOneLineOfAtMostTwoHundredCharacters() {
    assertEquals("a\\nb\\tc\\u0085d", Causes.reason("a\nb\tc\u0085d"));
    assertEquals("a".repeat(200), Causes.reason("a".repeat(200)));
    assertEquals("a".repeat(180) + "... (201 characters)", Causes.reason("a".repeat(201)));
    assertEquals("a".repeat(179) + "... (5000 characters)", Causes.reason("a".repeat(5000)));
    assertEquals("Error", Causes.text(new Error()));
    assertEquals("Error: pwd=***", Causes.text(new Error("pwd=1")));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
          text/plain;q=0.5, application/json;q=0.6     | json
          text/plain;q=0.61, application/json;q=0.6    | text
          application/json;q=0.599, text/plain;q=0.6   | text
          application/json;q=0.5999, text/plain;q=0.599 | json
          application/json;q=0.001                     | json
          application/json;q=1.0, text/plain;q=1.0     | json
          application/json;q=1, text/plain;q=9         | json
          text/plain;q=0.9, application/json           | json
          application/json;q=0                         | text
          application/json;q=no                        | text
          application/json;q=0.5;x=9, text/plain;q=0.6 | text
          application/*                                | json
          */*;q=0.1, application/json;q=0.2            | json
          */*;q=0.3, application/json;q=0.2            | text
          APPLICATION/JSON                             | json
          image/png,application/json                   | json
          image/png                                    | text
          application/json,                            | json
          """)
  void theFormatWithTheHighestQualityIsChosen(String accept, String chosen) {
    Renderer json = Renderer.microProfileJson();
    Renderer text = Renderer.text();
    assertSame(
        chosen.equals("json") ? json : text, Negotiation.choose(accept, List.of(text, json)));
  }

  @Test
  void whereNothingIsAskedForTheFirstFormatIsChosen() {
    List<Renderer> renderers = List.of(Renderer.microProfileJson(), Renderer.text());
    assertSame(renderers.get(0), Negotiation.choose(null, renderers));
    assertSame(renderers.get(0), Negotiation.choose("", renderers));
    assertSame(renderers.get(0), Negotiation.choose("*/*", renderers));
  }

  @Test
  void jsonEscapesWhatIsNotLegalByItself() {
    assertEquals("a\\\"\\\\\\u0001\\u001f c", shown("a\"\\\u0001\u001f c"));
    assertEquals("\uD83D\uDE00", shown("\uD83D\uDE00"));
    assertEquals("\\ud83d", shown("\uD83D"));
    assertEquals("\\ude00", shown("\uDE00"));
    assertEquals("x\\ude00\\ud83dx", shown("x\uDE00\uD83Dx"));
  }

  private static String shown(String warning) {
    Page page =
        new Page("readyz", true, HealthStatus.UP, List.of(), List.of(), List.of(warning), true);
    String body = Renderer.microProfileJson().render(page);
    String before =
        "{\"status\":\"UP\",\"checks\":[{\"name\":\"warning\",\"status\":\"UP\",\"data\":{\"text\":\"";
    String after = "\"}}]}\n";
    assertTrue(body.startsWith(before) && body.endsWith(after), body);
    return body.substring(before.length(), body.length() - after.length());
  }

  @Test
  void notesAndWarningsStandSideBySide() {
    Page page = new Page(
        "readyz",
        false,
        HealthStatus.DOWN,
        List.of("draining", "out"),
        List.of(),
        List.of("w"),
        true);
    assertEquals(
        "{\"status\":\"DOWN\",\"checks\":[{\"name\":\"draining\",\"status\":\"DOWN\"},"
            + "{\"name\":\"out\",\"status\":\"DOWN\"},"
            + "{\"name\":\"warning\",\"status\":\"UP\",\"data\":{\"text\":\"w\"}}]}\n",
        Renderer.microProfileJson().render(page));
  }

  @ParameterizedTest
  @CsvSource({"7f, 1", "80, 2", "7ff, 2", "800, 3", "20ac, 3", "ffff, 3", "1f600, 4"})
  void aTextIsLimitedByItsBytes(String hex, int bytes) {
    String character = Character.toString(Integer.parseInt(hex, 16));
    assertFalse(new LimitedText(bytes - 1).add(character));
    LimitedText text = new LimitedText(bytes);
    assertTrue(text.add(character));
    assertEquals(character, text.toString());
    assertTrue(text.add(""));
    assertFalse(text.add("x"));
  }

  @Test
  void aPieceThatDoesNotFitBesideTheReserveIsLeftOutWhole() {
    LimitedText text = new LimitedText(5);
    assertFalse(text.add("abc", 3));
    assertTrue(text.add("abc", 2));
    assertTrue(text.add("de"));
    assertEquals("abcde", text.toString());
  }

  @Test
  void checksBeginSoonAndNeverLaterThanTheirPeriod() {
    Check slow = Check.critical("slow", Verdict::up).every(ofSeconds(10));
    Check quick = Check.critical("quick", Verdict::up).every(ofSeconds(1));
    assertEquals(0, RunPlan.firstDelayNanos(slow, 0));
    assertEquals(250_000_000, RunPlan.firstDelayNanos(slow, 0.5));
    assertEquals(50_000_000, RunPlan.firstDelayNanos(quick, 0.5));
    assertEquals(10_000_000_000L, RunPlan.intervalNanos(slow, 0));
    assertEquals(9_500_000_000L, RunPlan.intervalNanos(slow, 0.5));
  }

  @Test
  void aStartThatWasMissedIsNotMadeUpFor() {
    assertEquals(110, RunPlan.nextDueNanos(100, 10, 109));
    assertEquals(120, RunPlan.nextDueNanos(100, 10, 110));
    assertEquals(210, RunPlan.nextDueNanos(100, 10, 200));
    long end = Long.MAX_VALUE;
    assertEquals(end + 5, RunPlan.nextDueNanos(end - 5, 10, end - 3), "ticks may wrap");
  }
}
