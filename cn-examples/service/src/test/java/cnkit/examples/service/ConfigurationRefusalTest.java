package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("full")
class ConfigurationRefusalTest {
  @Test
  void everyProblemIsNamedAtOnceWithValueExpectationAndOrigin() throws Exception {
    String report = refused(Map.of("PORT", "80x80", "MANAGEMENT_PORT", "-1", "LOG_LEVEL", "loud"));

    assertContains(report, "3 problems");
    assertContains(report, "\"80x80\"", "env PORT", "0..65535");
    assertContains(report, "\"-1\"", "env MANAGEMENT_PORT");
    assertContains(report, "\"loud\"", "env LOG_LEVEL", "INFO");
  }

  @Test
  void aBudgetThatCannotBeKeptIsAConfigurationProblemWithItsTable() throws Exception {
    String report = refused(Map.of("SHUTDOWN_GRACE", "5s", "PROPAGATION_DELAY", "6s"));

    assertContains(report, "SHUTDOWN_GRACE", "PROPAGATION_DELAY", "propagat", "drain", "flush");
  }

  @Test
  void faultsThatNobodyUnderstandsAreRefused() throws Exception {
    for (String faults :
        List.of("error=2", "error=0.1,error=0.2", "latency=5", "sometimes", "hang=NaN", "seed=x")) {
      assertContains(refused(Map.of("INVENTORY_FAULTS", faults)), "INVENTORY_FAULTS");
    }
  }

  @Test
  void aUrlThatNoHttpClientTakesIsRefused() throws Exception {
    for (String url : List.of("inventory:8080", "ftp://h/", "http:///path", "/relative")) {
      assertContains(refused(Map.of("REQUIRED_URL", url)), "env REQUIRED_URL");
      assertContains(refused(Map.of("INVENTORY_URL", url)), "env INVENTORY_URL");
    }
  }

  @Test
  void aDatabaseUrlIsUnderstoodAndHoldsNoPassword() throws Exception {
    for (String url : List.of("postgres://u:geheim@h/db", "jdbc:mysql://h/db?password=geheim")) {
      String report = refused(Map.of("DATABASE_URL", url));
      assertContains(report, "env DATABASE_URL", "jdbc:postgresql://");
      assertTrue(!report.contains("geheim"), report);
    }
    for (String url : List.of(
        "jdbc:postgresql://h/db?user=u&password=geheim",
        "jdbc:postgresql://u:geheim@h/db",
        "jdbc:h2:mem:x;PASSWORD=geheim")) {
      String report = refused(Map.of("DATABASE_URL", url));
      assertContains(report, "env DATABASE_URL", "DATABASE_PASSWORD_FILE");
      assertTrue(!report.contains("geheim"), report);
    }
    assertContains(refused(Map.of("NATS_URL", "http://h:4222")), "env NATS_URL");
    assertContains(refused(Map.of("DATABASE_PASWORD", "x")), "DATABASE_PASSWORD");
  }

  @Test
  void aRefusalTakesUnderASecond() throws Exception {
    long best = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 5 && best >= 1_000_000_000L; attempt++) {
      long begin = System.nanoTime();
      refused(Map.of("PORT", "80x80"));
      best = Math.min(best, System.nanoTime() - begin);
    }
    assertTrue(best < 1_000_000_000L, "best of five: " + best + " ns");
  }

  @Test
  void helpNamesEveryVariableAndIsNoFailure() throws Exception {
    try (ServiceProcess service = ServiceProcess.start(Map.of(), "--help")) {
      assertEquals(0, service.awaitExit(), service::toString);
      String help = String.join("\n", service.out());
      for (String variable : List.of(
          "PORT",
          "HOST",
          "MANAGEMENT_PORT",
          "MANAGEMENT_HOST",
          "LOG_LEVEL",
          "APP_ENV",
          "SHUTDOWN_GRACE",
          "PROPAGATION_DELAY",
          "STARTUP_DELAY",
          "REQUIRED_URL",
          "INVENTORY_URL",
          "INVENTORY_FAULTS",
          "DATABASE_URL",
          "DATABASE_PASSWORD",
          "NATS_URL",
          "CHAOS")) {
        assertContains(help, variable);
      }
    }
  }

  /** Refused means: 78, a report without a stack trace on standard error, nothing on standard output. */
  private static String refused(Map<String, String> environment) throws Exception {
    try (ServiceProcess service = ServiceProcess.start(environment)) {
      assertEquals(78, service.awaitExit(), service::toString);
      assertEquals(List.of(), service.out(), "nothing listened, nothing was logged");
      String report = String.join("\n", service.err());
      assertTrue(service.err().stream().noneMatch(line -> line.startsWith("\tat ")), report);
      assertTrue(!report.contains("Exception"), report);
      return report;
    }
  }

  private static void assertContains(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "no " + part + " in\n" + text);
    }
  }
}
