package cnkit.config;

import static cnkit.config.CaseSchema.app;
import static cnkit.config.CaseSchema.bind;
import static cnkit.config.CaseSchema.env;
import static cnkit.config.CaseSchema.min;
import static cnkit.config.CaseSchema.refused;
import static cnkit.config.CaseSchema.refusedOnce;
import static cnkit.config.CaseSchema.under;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.text.Names;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class NamingCasesTest {
  @Test // case C1, case C11
  void aNestedLeafHasOneVariableAndNeedsNoOtherSource() {
    assertEquals(7, bind(min("APP_DB_MAX_POOL_SIZE", "7")).db().maxPoolSize());
    assertEquals(8080, bind(min()).port());
  }

  @Test // case C2
  void anotherSpellingIsNotAcceptedButCorrected() {
    Problem problem = refusedOnce("APP_DB_MAXPOOLSIZE", "7");
    assertEquals(Problem.Code.UNKNOWN, problem.code());
    assertTrue(problem.remedy().contains("APP_DB_MAX_POOL_SIZE"), problem::toString);
  }

  record Pool(int maxPool) {}

  record PoolMax(int pool) {}

  record Meeting(Pool db, PoolMax dbMax) {}

  record Files(String tls, String tlsFile) {}

  record Indexed(List<String> hosts, @Key("hosts-0") String first) {}

  record Negated(boolean debug, boolean noDebug) {}

  @Test // case C4
  void namesThatMeetRefuseTheSchemaNamingBothPaths() {
    var meeting = refused(under(Meeting.class).environment(env("APP_DB_MAX_POOL", "1")));
    assertEquals(1, meeting.size(), meeting::toString);
    assertTrue(meeting.get(0).message().contains("db.max-pool")
        && meeting.get(0).message().contains("db-max.pool"));
    Problem files = refusedOnce(under(Files.class).environment(env()));
    assertTrue(
        files.message().contains("tls ") && files.message().contains("tls-file"), files::toString);
    assertTrue(files.message().contains("APP_TLS_FILE"), files::toString);
    assertEquals(Problem.Code.SCHEMA, refusedOnce(under(Indexed.class)).code());
    assertEquals(Problem.Code.SCHEMA, refusedOnce(under(Negated.class)).code());
  }

  @Test // case C5
  void aPathIsNoVariable() {
    Problem problem = refusedOnce("app.db.max-pool-size", "7");
    assertEquals(Problem.Code.SPELLING, problem.code());
    assertTrue(problem.remedy().contains("APP_DB_MAX_POOL_SIZE"), problem::toString);
  }

  record Acronyms(String http2Port, String xForwardedFor, String URLPath, String s3Bucket) {}

  @Test // case C8
  void acronymsAndDigitsHaveStableNames() {
    assertEquals("http2-port", Names.key("http2Port"));
    assertEquals("x-forwarded-for", Names.key("xForwardedFor"));
    assertEquals("url-path", Names.key("URLPath"));
    assertEquals("s3-bucket", Names.key("s3Bucket"));
    var variables = env(
        "APP_HTTP2_PORT",
        "a",
        "APP_X_FORWARDED_FOR",
        "b",
        "APP_URL_PATH",
        "c",
        "APP_S3_BUCKET",
        "d");
    assertEquals(
        new Acronyms("a", "b", "c", "d"),
        under(Acronyms.class).environment(variables).load().value());
  }

  record Turkish(@Default("info") CaseSchema.LogLevel logLevel, String clientId) {}

  @Test // case C10
  void theDefaultLocaleChangesNoName() {
    Locale before = Locale.getDefault();
    Locale.setDefault(new Locale("tr", "TR"));
    try {
      var builder =
          under(Turkish.class).environment(env("APP_LOG_LEVEL", "info", "APP_CLIENT_ID", "x"));
      assertEquals(new Turkish(CaseSchema.LogLevel.INFO, "x"), builder.load().value());
      assertTrue(
          builder.help().contains("APP_CLIENT_ID") && !builder.help().contains("ı"), builder::help);
      Problem missing = refusedOnce(under(Turkish.class).environment(env()));
      assertTrue(missing.remedy().contains("APP_CLIENT_ID"), missing::toString);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void everyOtherSpellingBelowThePrefixIsAProblem() {
    for (String name :
        List.of("APP_db_url", "app_db_url", "APPDBURL", "App.Db.Url", "APP__DB_URL")) {
      var problems = refused(app().environment(min(name, "x://y")));
      assertEquals(1, problems.size(), () -> name + problems);
      assertTrue(problems.get(0).remedy().contains("APP_DB_URL"), problems::toString);
    }
  }
}
