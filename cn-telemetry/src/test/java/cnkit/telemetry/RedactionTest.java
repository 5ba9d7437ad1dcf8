package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private final Redaction redaction = Redaction.standard();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password",
        "DB_PASSWORD",
        "db.password",
        "accessToken",
        "access_token",
        "X-Api-Key",
        "apiKey",
        "APIKey",
        "apikey",
        "client-secret",
        "Authorization",
        "Set-Cookie",
        "AWSAccessKeyId",
        "Signature",
        "sig",
        "X-Goog-Signature",
        "private_key",
        "sessionId"
      })
  void aNameWithASecretWordIsSecret(String name) {
    assertEquals(true, redaction.isSecret(name));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tokenizer",
        "monkey",
        "keyboard",
        "signal",
        "assignature",
        "passenger",
        "key",
        "page",
        "secretary",
        "cookies-and-cream"
      })
  void aNameThatOnlyResemblesOneIsNot(String name) {
    assertEquals(false, redaction.isSecret(name));
  }

  @Test
  void aNameOfTheUsersOwnIsSecretInAnyCase() {
    assertEquals(true, redaction.withSecret("X-Internal").isSecret("x-INTERNAL"));
    assertEquals(false, redaction.isSecret("x-internal"));
  }

  @ParameterizedTest
  @CsvSource({
    "https://bob:pw@api.example/x, https://***@api.example/x",
    "https://bob@api.example, https://***@api.example",
    "https://api.example/a@b?q=c@d, https://api.example/a@b?q=c@d",
    "https://a:p@ss@api/x, https://***@api/x",
    "https://api/x?page=2&token=abc&sig=%2F, https://api/x?page=2&token=***&sig=***",
    "/x?a=1&pass%77ord=abc#f, /x?a=1&pass%77ord=***",
    "/x?to=https://bob:pw@api/&password, /x?to=https://***@api/&password",
    "/x, /x",
    "/?, /?",
    "postgres://u:p@db:5432/orders, postgres://***@db:5432/orders",
  })
  void aUrlLosesCredentialsAndValuesOfSecretParameters(String url, String clean) {
    assertEquals(clean, redaction.url(url));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Authorization: Bearer abcdef123456 sent | Authorization: *** sent",
        "got Bearer abcdef123456, retry | got Bearer ***, retry",
        "Basic dXNlcjpwdw== refused | Basic *** refused",
        "Basic authentication is required | Basic authentication is required",
        "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_1 expired | token *** expired",
        "connect to jdbc:postgresql://bob:pw@db:5432/x failed | connect to jdbc:postgresql://***@db:5432/x failed",
        "password=hunter2, user=bob | password=***, user=bob",
        "{\"password\": \"hun\\\"ter2\", \"user\": \"bob\"} | {\"password\": \"***\", \"user\": \"bob\"}",
        "DB_PASSWORD='hunter2' | DB_PASSWORD='***'",
        "GET /x?token=abc&page=2 | GET /x?token=***&page=2",
        "the password is wrong | the password is wrong",
        "password: | password:",
        "plain text, 12:30 | plain text, 12:30",
      })
  void textLosesWhatLooksLikeASecret(String text, String clean) {
    assertEquals(clean, redaction.text(text));
  }
}
