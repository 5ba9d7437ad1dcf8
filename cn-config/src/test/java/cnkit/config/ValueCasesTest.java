package cnkit.config;

import static cnkit.config.CaseSchema.CANARY;
import static cnkit.config.CaseSchema.app;
import static cnkit.config.CaseSchema.bind;
import static cnkit.config.CaseSchema.env;
import static cnkit.config.CaseSchema.min;
import static cnkit.config.CaseSchema.refused;
import static cnkit.config.CaseSchema.refusedOnce;
import static cnkit.config.CaseSchema.under;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ValueCasesTest {
  @Test // case C13
  void aNegatedFlagBeatsTheEnvironment() {
    Config<CaseSchema.App> config =
        app().environment(min("APP_DEBUG", "true")).args("--no-debug").load();
    assertFalse(config.value().debug());
    assertEquals(
        Origin.Channel.FLAG,
        config.explain("debug").candidates().get(0).origin().channel());
  }

  @Test // case C14
  void aFlagNeedsItsValueOnceUnlessItIsAList() {
    Problem last = refusedOnce(app().environment(min()).args("--port"));
    assertEquals(Problem.Code.FLAG, last.code());
    assertEquals("--port (argument 1)", last.origins().get(0).toString());
    Problem twice = refusedOnce(app().environment(min()).args("--port=1", "--port=2"));
    assertEquals(Problem.Code.DUPLICATE, twice.code());
    assertEquals(2, twice.origins().size());
    assertEquals(
        List.of("a", "b"),
        app().environment(min()).args("--hosts=a", "--hosts=b").load().value().hosts());
  }

  @Test // case C16
  void aSecretIsNoFlagUnlessAllowed() {
    Map<String, String> without = env("APP_NAME", "svc", "APP_DB_URL", "x://y");
    assertEquals(
        Problem.Code.SECRET_FLAG,
        refusedOnce(app().environment(without).args("--db.password=" + CANARY)).code());
    assertEquals(
        Problem.Code.SECRET_FLAG,
        refusedOnce(app().environment(without).args("--db.password", CANARY)).code());
    var allowed =
        app().environment(without).args("--db.password=x").allowSecretFlags().load();
    assertEquals("x", allowed.value().db().password().reveal());
  }

  @Test // case C17
  void everythingBehindTheFirstEqualsSignIsTheValue() {
    Problem negative = refusedOnce(app().environment(min()).args("--timeout=-5s"));
    assertEquals(Problem.Code.RANGE, negative.code());
    assertEquals(
        URI.create("a=b=c"),
        app().environment(min()).args("--db.url=a=b=c").load().value().db().url());
  }

  @Test
  void wordsFollowTheirFlagsAndTheRestIsLeft() {
    var config = app()
        .environment(min())
        .args("in", "--port", "9", "--debug", "out", "--", "--x")
        .load();
    assertEquals(9, config.value().port());
    assertTrue(config.value().debug());
    assertEquals(List.of("in", "out", "--x"), config.arguments());
  }

  @Test // case C19
  void emptyIsNeitherTheDefaultNorZero() {
    Problem problem = refusedOnce("APP_PORT", "");
    assertEquals(Problem.Code.EMPTY, problem.code());
    assertTrue(problem.message().contains("set but empty"));
  }

  record Blank(@AllowBlank String name, @AllowBlank Secret<String> token) {}

  @Test // case C20
  void anEmptyTextNeedsPermission() {
    assertEquals(Problem.Code.EMPTY, refusedOnce("APP_NAME", "").code());
    Blank blank = under(Blank.class)
        .environment(env("APP_NAME", "", "APP_TOKEN", ""))
        .load()
        .value();
    assertEquals("", blank.name() + blank.token().reveal());
  }

  record Bare(int port, boolean flag, Duration pause) {}

  @Test // case C25
  void aMissingPrimitiveIsNeverZero() {
    List<Problem> problems = refused(under(Bare.class).environment(env()));
    assertEquals(3, problems.size());
    for (Problem problem : problems) {
      assertEquals(Problem.Code.MISSING, problem.code());
    }
    assertEquals("set APP_FLAG", problems.get(0).remedy());
  }

  @Test // case C26
  void emptyVariablesCanCountAsUnset() {
    Problem problem =
        refusedOnce(app().environment(min("APP_PORT", "", "APP_NAME", "")).emptyEnvIsUnset());
    assertEquals(Problem.Code.MISSING, problem.code());
    assertEquals("name", problem.path());
    assertEquals(
        8080,
        app().environment(min("APP_PORT", "")).emptyEnvIsUnset().load().value().port());
  }

  @Test // case C28
  void nothingIsExpandedOrFormatted() {
    String odd = "pa$USER${HOME}%d\\n%n ";
    assertEquals(odd, bind(min("APP_DB_PASSWORD", odd)).db().password().reveal());
    assertEquals(odd, bind(min("APP_NAME", odd)).name());
  }

  @Test // case C31
  void aDurationHasAUnit() {
    Problem problem = refusedOnce("APP_TIMEOUT", "30");
    assertTrue(
        problem.remedy().contains("30s") && problem.remedy().contains("30ms"), problem::toString);
  }

  @Test // case C32
  void aDurationIsAsciiAndFits() {
    for (String text : List.of(
        "300000000000d", "1,5s", "١s", "5 S", "5S", "s", "1.s", ".5s", "1s1m", "+1s", " 1s")) {
      assertEquals(Problem.Code.TYPE, refusedOnce("APP_TIMEOUT", text).code(), text);
    }
    assertEquals(Duration.ofMillis(1500), bind(min("APP_TIMEOUT", "1.5s")).timeout());
    assertEquals(Duration.ofMinutes(90), bind(min("APP_TIMEOUT", "1h30m")).timeout());
    assertEquals(Duration.ofDays(2), bind(min("APP_TIMEOUT", "PT48H")).timeout());
  }

  @Test // case C34
  void aNumberIsPlainDigits() {
    for (String text :
        List.of("99999999999", "8080.0", "+8080", " 8080", "0x1F", "08080", "8_080", "-", "٣")) {
      assertEquals(Problem.Code.TYPE, refusedOnce("APP_PORT", text).code(), text);
    }
    Problem range = refusedOnce("APP_PORT", "70000");
    assertEquals(Problem.Code.RANGE, range.code());
    assertTrue(range.message().contains("1..65535"));
  }

  @Test // case C37
  void anEnumIgnoresCaseAndSuggests() {
    assertEquals(CaseSchema.LogLevel.WARN, bind(min("APP_LOG_LEVEL", "warn")).logLevel());
    assertEquals(CaseSchema.LogLevel.WARN, bind(min("APP_LOG_LEVEL", "Warn")).logLevel());
    Problem problem = refusedOnce("APP_LOG_LEVEL", "wran");
    assertTrue(problem.message().contains("TRACE, DEBUG, INFO, WARN, ERROR"));
    assertEquals("did you mean WARN?", problem.remedy());
  }

  record Address(@Range("1..65535") HostPort address) {}

  @Test // case C38
  void anAddressIsHostAndPortAndIsNotResolved() {
    Address bound =
        under(Address.class).environment(env("APP_ADDRESS", "[::1]:80")).load().value();
    assertEquals(new HostPort("::1", 80), bound.address());
    assertTrue(bound.address().unresolved().isUnresolved());
    for (String text :
        List.of("host:0", "host", "1.2.3.4:99999", "::1:80", ":80", "a b:1", "host:", "[x]:1")) {
      refusedOnce(under(Address.class).environment(env("APP_ADDRESS", text)));
    }
  }

  @Test // case C41
  void aListIsNumberedInNumericOrder() {
    Map<String, String> variables = min();
    for (int i = 10; i >= 0; i--) {
      variables.put("APP_HOSTS_" + i, "h" + i);
    }
    List<String> hosts = bind(variables).hosts();
    assertEquals(11, hosts.size());
    assertEquals("h2", hosts.get(2));
    assertEquals("h10", hosts.get(10));
    variables.remove("APP_HOSTS_4");
    assertEquals("hosts.5", refusedOnce(app().environment(variables)).path(), "a gap");
  }

  @Test // case C43
  void twoFormsOfOneListInOneSourceAreRefused() {
    Problem problem = refusedOnce("APP_HOSTS", "a,b", "APP_HOSTS_0", "z");
    assertEquals(Problem.Code.DUPLICATE, problem.code());
    assertTrue(
        problem.toString().contains("env APP_HOSTS,")
            && problem.toString().contains("env APP_HOSTS_0"),
        problem::toString);
  }

  record Numbers(List<Integer> numbers, java.util.Set<String> names) {}

  @Test // case C44
  void aListNamesItsBadElement() {
    Problem problem = refusedOnce(under(Numbers.class).environment(env("APP_NUMBERS", "1,x,3")));
    assertEquals("numbers.1", problem.path());
    Problem twice = refusedOnce(under(Numbers.class).environment(env("APP_NAMES", "a,b,a")));
    assertEquals("names.2", twice.path());
  }

  @Test // case C46
  void theKeysOfAMapAreKeptAsTheyAre() {
    assertEquals(
        Map.of("team-name", "x", "Zone.A", "y"),
        bind(min("APP_LABELS", "team-name=x,Zone.A=y")).labels());
    assertEquals(Problem.Code.DUPLICATE, refusedOnce("APP_LABELS", "a=x,a=y").code());
    assertEquals(
        Map.of("Zone.A", "y", "b", "z"),
        app()
            .environment(min())
            .args("--labels.Zone.A=y", "--labels.b=z")
            .load()
            .value()
            .labels());
  }

  @Test // case C47, without a file
  void aKeyCannotBeRecoveredFromAVariable() {
    Problem problem = refusedOnce("APP_LABELS__TEAM_NAME", "z");
    assertTrue(problem.message().contains("cannot recover"), problem::toString);
    assertTrue(problem.remedy().contains("inline form"), problem::toString);
  }

  @Test
  void anOptionalIsEmptyWhenSetToNothing() {
    assertEquals(Optional.empty(), bind(min("APP_WORKERS", "")).workers());
    assertEquals(Optional.of(4), bind(min("APP_WORKERS", "4")).workers());
    assertEquals(Problem.Code.TYPE, refusedOnce("APP_WORKERS", "abc").code());
  }

  record Hidden(
      Secret<Integer> number,
      Secret<URI> uri,
      @Matches("[a-z]+") Secret<String> word,
      @Range("1..5") Secret<Integer> ranged) {}

  @Test // case C50
  void aSecretIsNeverShownByItsOwnProblem() {
    List<Problem> problems = refused(under(Hidden.class)
        .environment(env(
            "APP_NUMBER", "hunter2CANARY",
            "APP_URI", " :badCANARY",
            "APP_WORD", "CANARY1",
            "APP_RANGED", "77777")));
    assertEquals(4, problems.size(), problems::toString);
    String all = problems.toString();
    for (String fragment : List.of("hunter", "bad", "77777", "length")) {
      assertFalse(all.contains(fragment), all);
    }
  }

  @Test // case C52
  void serviceLinksAreNoTypingErrors() {
    Problem problem = refusedOnce(
        "APP_TIMEOT", "5s", "APP_SERVICE_HOST", "10.0.0.1", "APP_PORT_80_TCP", "tcp://10.0.0.1:80");
    assertEquals("env APP_TIMEOT", problem.origins().get(0).toString());
    assertEquals("did you mean APP_TIMEOUT?", problem.remedy());
  }

  @Test // case C53
  void aServiceLinkInPlaceOfASettingIsExplained() {
    Problem problem = refusedOnce("APP_PORT", "tcp://10.0.0.1:80");
    assertEquals(Problem.Code.SERVICE_LINK, problem.code());
    assertTrue(problem.remedy().contains("enableServiceLinks: false"));
  }

  @Test
  void theReportIsATable() {
    var builder = app()
        .environment(env(
            "APP_DB_URL",
            "x://y",
            "APP_NAME",
            "svc",
            "APP_PORT",
            "80x80",
            "APP_SHUTDWN",
            "1",
            "APP_TIMEOUT",
            "30"));
    String report = org.junit.jupiter.api.Assertions.assertThrows(
            ConfigException.class, builder::load)
        .getMessage();
    assertEquals("""
        configuration has 4 problems

          db.password  missing                                           set APP_DB_PASSWORD, or APP_DB_PASSWORD_FILE to a file
          port         "80x80": expected a whole number 1..65535         env APP_PORT
          timeout      "30": expected a duration with a unit             env APP_TIMEOUT  write 30s or 30ms
          (unknown)    no such setting                                   env APP_SHUTDWN
        """.replaceAll("  +", "  "), report.replaceAll("(?<=\\S)  +", "  "));
  }
}
