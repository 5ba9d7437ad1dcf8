package cnkit.config;

import static cnkit.config.CaseSchema.env;
import static cnkit.config.CaseSchema.refused;
import static cnkit.config.CaseSchema.refusedOnce;
import static cnkit.config.CaseSchema.under;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RulesTest {
  record Pool(
      @Formerly(value = "pool-size", until = "2027-01-31") @Default("10")
      int maxPoolSize,

      @Formerly("connections.timeout") Optional<Duration> timeout) {}

  private static final LocalDate BEFORE = LocalDate.of(2027, 1, 30);

  @Test
  void aFormerNameAloneBindsWithOneWarningAndItsPlace() {
    var config = under(Pool.class)
        .environment(env("APP_POOL_SIZE", "7", "APP_CONNECTIONS_TIMEOUT", "1s"))
        .today(BEFORE)
        .load();
    assertEquals(new Pool(7, Optional.of(Duration.ofSeconds(1))), config.value());
    assertEquals(2, config.warnings().size());
    Problem warning = config.warnings().get(0);
    assertEquals("env APP_POOL_SIZE", warning.origins().get(0).toString());
    assertTrue(warning.remedy().contains("APP_MAX_POOL_SIZE"), warning::toString);
    assertEquals(
        7, under(Pool.class).args("--pool-size=7").today(BEFORE).load().value().maxPoolSize());
  }

  @Test
  void bothNamesAtOnceAreRefusedAlsoAcrossSources() {
    Problem problem = refusedOnce(under(Pool.class)
        .environment(env("APP_POOL_SIZE", "7"))
        .args("--max-pool-size=8")
        .today(BEFORE));
    assertEquals(Problem.Code.RENAMED, problem.code());
    assertEquals(2, problem.origins().size());
  }

  @Test
  void afterItsLastDayAFormerNameIsRefused() {
    Problem problem = refusedOnce(
        under(Pool.class).environment(env("APP_POOL_SIZE", "7")).today(LocalDate.of(2027, 1, 31)));
    assertTrue(problem.remedy().contains("APP_MAX_POOL_SIZE"), problem::toString);
  }

  enum Mode {
    PLAIN,
    TLS
  }

  @ExactlyOneOf({"token", "token-command"})
  record Access(
      @Default("plain") Mode mode,
      @RequiredIf(key = "mode", is = "tls") Optional<String> certificate,
      @RequiredWith("certificate") Optional<String> key,
      Optional<String> token,
      Optional<String> tokenCommand) {}

  @Test
  void declaredRulesNameAllTheirSettings() {
    List<Problem> problems = refused(under(Access.class).environment(env("APP_MODE", "tls")));
    assertEquals(2, problems.size(), problems::toString);
    assertTrue(problems.get(1).message().contains("token, token-command"), problems::toString);
    assertEquals("certificate", problems.get(0).path());
    assertEquals("env APP_MODE", problems.get(0).origins().get(0).toString());
    Problem both = refusedOnce(
        under(Access.class).environment(env("APP_TOKEN", "x", "APP_TOKEN_COMMAND", "y")));
    assertEquals(2, both.origins().size());
    Problem key =
        refusedOnce(under(Access.class).environment(env("APP_TOKEN", "x", "APP_CERTIFICATE", "y")));
    assertEquals("key", key.path());
    under(Access.class)
        .environment(
            env("APP_MODE", "tls", "APP_CERTIFICATE", "a", "APP_KEY", "b", "APP_TOKEN", "t"))
        .load();
  }

  record Window(int least, int most, Secret<String> password) {
    Window {
      if (least > most) {
        throw new IllegalArgumentException(
            "least must not exceed most, got " + least + " and " + most);
      }
      if (password.reveal().startsWith("leak")) {
        throw new IllegalStateException("cannot use " + password.reveal().substring(2));
      }
    }
  }

  record Windows(Window window) {}

  @Test
  void whatAConstructorThrowsIsAProblemOfItsRecord() {
    var builder = under(Windows.class)
        .environment(
            env("APP_WINDOW_LEAST", "3", "APP_WINDOW_MOST", "2", "APP_WINDOW_PASSWORD", "p"));
    Problem problem = refusedOnce(builder);
    assertEquals("window", problem.path());
    assertEquals("least must not exceed most, got 3 and 2", problem.message());
    assertTrue(problem.toString().contains("env APP_WINDOW_LEAST"), problem::toString);
  }

  @Test
  void aConstructorsMessageThatQuotesASecretIsWithheld() {
    var builder = under(Windows.class)
        .environment(env(
            "APP_WINDOW_LEAST", "1", "APP_WINDOW_MOST", "2", "APP_WINDOW_PASSWORD", "leak-CANARY"));
    Problem problem = refusedOnce(builder);
    assertTrue(problem.message().contains("withheld"), problem::toString);
  }

  record Budget(
      @Default("25s") Duration shutdownGrace, @Default("5s") Duration propagationDelay) {}

  @Test
  void aCheckOfTheApplicationNamesTheVariablesSetOrNot() {
    var builder = Config.builder(Budget.class, MethodHandles.lookup())
        .noPrefix()
        .environment(env("SHUTDOWN_GRACE", "5s"))
        .check(s -> List.of(Problem.of(
            "leaves no time to drain:\nphase  time\ndrain  0s",
            "shutdown-grace",
            "propagation-delay")));
    Problem problem = refusedOnce(builder);
    assertEquals(
        "[env SHUTDOWN_GRACE, PROPAGATION_DELAY (default)]", problem.origins().toString());
    String report = org.junit.jupiter.api.Assertions.assertThrows(
            ConfigException.class, builder::load)
        .getMessage();
    assertTrue(report.contains("\n    drain  0s\n"), report);
  }

  @Test
  void aCheckThatThrowsIsAProblemToo() {
    var problems = org.junit.jupiter.api.Assertions.assertThrows(
            ConfigException.class,
            () -> Config.builder(Budget.class, MethodHandles.lookup())
                .noPrefix()
                .environment(env())
                .check(s -> {
                  throw new IllegalArgumentException("no way");
                })
                .load())
        .problems();
    assertEquals("no way", problems.get(0).message());
  }

  record Sized(
      @Size("2..3") List<String> hosts,
      @Size("1..3") String name,
      @Matches("[a-z]+") Set<String> tags) {}

  @Test
  void sizesAndPatternsHoldForTheWholeAndForElements() {
    List<Problem> problems = refused(under(Sized.class)
        .environment(env("APP_HOSTS", "a", "APP_NAME", "abcd", "APP_TAGS", "a,B")));
    assertEquals(
        List.of("hosts SIZE", "name SIZE", "tags.1 PATTERN"),
        problems.stream().map(p -> p.path() + " " + p.code()).toList());
  }

  record BadRules(
      @Default("x") int number,
      @Range("1s..") int port,
      @Range("5..1") int empty,
      @Size("1..2") boolean flag,
      @Matches("(") String pattern,
      @Default("y") Optional<String> optional,
      @Default("z") Secret<String> secret,
      @RequiredWith("nobody") Optional<String> lonely,
      @Formerly(value = "a", until = "soon") String renamed,
      Object object,
      java.io.File file) {}

  @Test
  void aSchemaThatCannotWorkIsRefusedWithAllThatIsWrong() {
    List<Problem> problems = refused(under(BadRules.class));
    Set<String> paths = new java.util.TreeSet<>();
    for (Problem problem : problems) {
      assertEquals(Problem.Code.SCHEMA, problem.code());
      paths.add(problem.path());
    }
    assertEquals(
        Set.of(
            "port",
            "empty",
            "flag",
            "pattern",
            "optional",
            "secret",
            "lonely",
            "renamed",
            "object",
            "file"),
        paths);
  }

  record BadDefault(
      @Default("x") int number,
      @Default("70000") @Range("0..65535") int port) {}

  @Test
  void aDefaultPassesTheSameConvertersAndRules() {
    List<Problem> problems =
        refused(under(BadDefault.class).environment(env("APP_NUMBER", "1", "APP_PORT", "1")));
    assertEquals(2, problems.size(), problems::toString);
    assertFalse(problems.get(0).message().isEmpty());
  }
}
