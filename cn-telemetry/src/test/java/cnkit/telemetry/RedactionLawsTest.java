package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RedactionLawsTest {
  private static final String CANARY = "cAnArY7";

  @Property
  void aCanaryNeverSurvivesBesideASecretName(
      @ForAll("noise") String before,
      @ForAll("secretAssignments") String secret,
      @ForAll("noise") String after) {
    String text = before + ' ' + secret + ' ' + after;
    assertFalse(Redaction.standard().text(text).contains(CANARY), text);
  }

  @Property
  void aCanaryNeverSurvivesInAUrl(@ForAll("noise") String query) {
    String url = "https://bob:" + CANARY + "@host:1/p?" + query.replace('#', '_') + "&access_token="
        + CANARY;
    assertFalse(Redaction.standard().url(url).contains(CANARY), url);
  }

  @Property
  void redactingTwiceIsRedactingOnce(
      @ForAll("noise") String text, @ForAll("secretAssignments") String secret) {
    String once = Redaction.standard().text(text + ' ' + secret);
    assertEquals(once, Redaction.standard().text(once));
  }

  @Property
  void anyTextGetsThrough(@ForAll String text) {
    Redaction.standard().text(text);
    Redaction.standard().url(text);
    HttpUrl.of(text);
  }

  @Provide
  Arbitrary<String> noise() {
    return Arbitraries.strings().withChars("ab:=&?/@'\"\\ {}.,-_7Z\n").ofMaxLength(30);
  }

  @Provide
  Arbitrary<String> secretAssignments() {
    return Arbitraries.of(
        "password=" + CANARY,
        "\"apiKey\": \"" + CANARY + '"',
        "Authorization: Bearer " + CANARY,
        "Bearer " + CANARY,
        "amqp://guest:" + CANARY + "@mq/",
        "X-Amz-Signature=" + CANARY + "&x=1");
  }
}
