package cnkit.examples.service;

import cnkit.config.Config;
import cnkit.config.ConfigException;
import cnkit.config.Problem;
import cnkit.lifecycle.ShutdownPlan;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Settings, then the service, then the exit code. */
public final class Main {
  private Main() {}

  /**
   * Runs the service until a signal ends it.
   *
   * @param args flags, as {@code --help} lists them
   * @throws Exception if the service cannot be put together
   */
  public static void main(String[] args) throws Exception {
    systemDefaults();
    Config<Settings> config = Config.builder(Settings.class, MethodHandles.lookup())
        .noPrefix()
        .args(args)
        .environment()
        .check(Main::problems)
        .loadOrExit();
    System.exit(new Service(config).lifecycle().run());
  }

  /** What only the service knows to be wrong, reported as if the settings' own rules had found it. */
  static List<Problem> problems(Settings settings) {
    List<Problem> problems = new ArrayList<>();
    ShutdownPlan plan = ShutdownPlan.of(settings.shutdownGrace(), settings.propagationDelay());
    if (!plan.problems().isEmpty()) {
      problems.add(Problem.of(
          "leave no time to drain\n" + plan.table(), "propagation-delay", "shutdown-grace"));
    }
    String database = settings.database().url();
    if (!database.matches("jdbc:(h2|postgresql):.+")) {
      problems.add(
          Problem.of("expected jdbc:postgresql://HOST/NAME or jdbc:h2:NAME", "database.url"));
    } else if (database.matches("(?i).*([?&;]password=|//[^/]*:[^/]*@).*")) {
      problems.add(Problem.of(
          "expected no password in it: set DATABASE_PASSWORD or DATABASE_PASSWORD_FILE",
          "database.url"));
    }
    try {
      settings.inventoryFaults().ifPresent(Faults::parse);
    } catch (ConfigException wrong) {
      for (Problem problem : wrong.problems()) {
        problems.add(Problem.of(problem.path() + ": " + problem.message(), "inventory-faults"));
      }
    }
    return problems;
  }

  /** What the JDK's server and the logging read once, when they are loaded; a flag on the command line still wins. */
  private static void systemDefaults() throws IOException {
    Properties defaults = new Properties();
    try (InputStream in = Main.class.getResourceAsStream("/system-defaults.properties")) {
      defaults.load(in);
    }
    defaults.forEach(System.getProperties()::putIfAbsent);
  }
}
