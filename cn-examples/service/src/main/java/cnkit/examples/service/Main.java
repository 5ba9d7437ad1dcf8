package cnkit.examples.service;

import cnkit.config.Config;
import cnkit.config.ConfigException;
import cnkit.config.Problem;
import cnkit.lifecycle.ShutdownPlan;
import java.lang.invoke.MethodHandles;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Settings, then the service, then the exit code. */
public final class Main {
  private static final String HTTP_URL = "expected an http:// or https:// URL with a host";

  private Main() {}

  /**
   * Runs the service until a signal ends it.
   *
   * @param args flags, as {@code --help} lists them
   * @throws Exception if the service cannot be put together
   */
  public static void main(String[] args) throws Exception {
    // named, it is not searched for in all jars; said without a line about it
    setDefault("slf4j.provider", "ch.qos.logback.classic.spi.LogbackServiceProvider");
    setDefault("slf4j.internal.verbosity", "WARN");
    Config<Settings> config = Config.of(Settings.class, MethodHandles.lookup())
        .noPrefix()
        .args(args)
        .environment()
        .check(Main::problems)
        .loadOrExit();
    serverDefaults();
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
    settings
        .requiredUrl()
        .filter(Main::isNoHttpUrl)
        .ifPresent(url -> problems.add(Problem.of(HTTP_URL, "required-url")));
    settings
        .inventoryUrl()
        .filter(Main::isNoHttpUrl)
        .ifPresent(url -> problems.add(Problem.of(HTTP_URL, "inventory-url")));
    settings
        .natsUrl()
        .filter(url -> !"nats".equals(url.getScheme()) || url.getHost() == null)
        .ifPresent(
            url -> problems.add(Problem.of("expected a nats:// URL with a host", "nats-url")));
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

  private static boolean isNoHttpUrl(URI url) {
    return !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
        || url.getHost() == null;
  }

  /** What the JDK's server reads once, when its class is loaded; a flag on the command line still wins. */
  private static void serverDefaults() {
    // without it JDK 17 answers on a kept connection only after the peer's delayed acknowledgement,
    // 40 ms later
    setDefault("sun.net.httpserver.nodelay", "true");
    // a client that sends its request drop by drop loses its connection, and only its own
    setDefault("sun.net.httpserver.maxReqTime", "10");
    setDefault("sun.net.httpserver.idleInterval", "60");
    // it closes without a word what is beyond its limits: the listener's own are lower, and answer
    setDefault("sun.net.httpserver.maxReqHeaders", "1000");
    setDefault("sun.net.httpserver.maxReqHeaderSize", "65536");
    setDefault("sun.net.httpserver.maxIdleConnections", "2000");
    setDefault("jdk.httpserver.maxConnections", "11000");
  }

  private static void setDefault(String name, String value) {
    if (System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }
}
