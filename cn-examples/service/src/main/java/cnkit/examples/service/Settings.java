package cnkit.examples.service;

import cnkit.config.Default;
import cnkit.config.Doc;
import cnkit.config.Matches;
import cnkit.config.Range;
import cnkit.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.event.Level;

/** All that an operator may set; each component is one environment variable and one flag. */
record Settings(
    @Doc("TCP port of the application; 0 picks a free one") @Default("8080") @Range("0..65535")
    int port,

    @Doc("address that the application listens on") @Default("0.0.0.0")
    String host,

    @Doc("TCP port for probes, metrics and settings; 0 picks a free one")
    @Default("9090")
    @Range("0..65535")
    int managementPort,

    @Doc("address that the management port listens on") @Default("0.0.0.0")
    String managementHost,

    @Doc("least level that is logged") @Default("info") Level logLevel,

    @Doc("name of this environment, for logs and metrics") @Default("development")
    String appEnv,

    @Doc("the process's whole budget from the first SIGTERM to its exit")
    @Default("25s")
    @Range("1s..10m")
    Duration shutdownGrace,

    @Doc("how long to go on serving after SIGTERM while load balancers learn")
    @Default("5s")
    @Range("0s..5m")
    Duration propagationDelay,

    @Doc("demonstration: a component that starts this slowly") @Default("0s") @Range("0s..1h")
    Duration startupDelay,

    @Doc("demonstration: not ready unless a GET of this URL answers 2xx") @Matches(HTTP_URL)
    Optional<URI> requiredUrl,

    @Doc("the inventory; unset: a flaky one inside this process") @Matches(HTTP_URL)
    Optional<URI> inventoryUrl,

    @Doc("demonstration: error=0..1,latency=DURATION,hang=0..1,seed=N for the inventory inside this"
        + " process")
    Optional<String> inventoryFaults,

    @Doc("where orders are stored") Database database,

    @Doc("NATS server that orders are published to; unset: they are logged")
    @Matches("nats://[^/].*")
    Optional<URI> natsUrl,

    @Doc("demonstration: whether POST /chaos/… on the management port works") @Default("false")
    boolean chaos) {

  static final String HTTP_URL = "https?://[^/].*";

  /** Where orders are stored. */
  record Database(
      @Doc(
          "jdbc:postgresql://HOST/NAME, or an H2 one; unset: inside this process, and gone with it")
      @Default("jdbc:h2:mem:orders;MODE=PostgreSQL;DB_CLOSE_DELAY=-1")
      String url,

      @Doc("who logs in") @Default("orders") String user,

      @Doc("of that user") Optional<Secret<String>> password,

      @Doc("connections at most") @Default("10") @Range("1..100")
      int poolSize) {}
}
