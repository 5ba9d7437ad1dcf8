package cnkit.examples.embedding;

import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.Report;
import java.time.Duration;

/** The application in its server, under a lifecycle of its own. */
final class Running implements AutoCloseable {
  private final Lifecycle lifecycle;
  private volatile int port;

  Running(App app, Embedded server, Duration propagation) {
    lifecycle = Lifecycle.builder()
        .grace(Duration.ofSeconds(60))
        .propagation(propagation)
        .infrastructure("health", app.health()::start, app.health()::close)
        .component("server", () -> port = server.start(app), server::stop)
        .stopIntake(server::leave)
        .onStarted(app.health()::open)
        .onAnnounce(app.health()::drain)
        .drain(app.inFlight())
        .build();
    Report started = lifecycle.start();
    if (port == 0) {
      throw new IllegalStateException(started.toJson());
    }
  }

  int port() {
    return port;
  }

  Report shutdown() {
    return lifecycle.shutdown("test");
  }

  @Override
  public void close() {
    shutdown();
  }
}
