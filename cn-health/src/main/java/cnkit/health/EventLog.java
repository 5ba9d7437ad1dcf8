package cnkit.health;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes every transition to the log once; what was thrown comes with its stack at debug, since it may hold secrets. */
final class EventLog implements Consumer<HealthEvent> {
  private static final Logger LOG = LoggerFactory.getLogger("cnkit.health.Health");

  @Override
  public void accept(HealthEvent event) {
    if (event instanceof HealthEvent.CheckChanged changed) {
      log(changed);
    } else if (event instanceof HealthEvent.ProbeChanged changed) {
      ProbeReport to = changed.to();
      String text = to.passing() ? "passes" : "fails";
      LOG.info(
          "{} {}: {} {} {}", to.probe().endpoint(), text, to.status(), to.notes(), to.causes());
    } else if (event instanceof HealthEvent.RotationChanged changed) {
      LOG.info("out of rotation: {}", changed.reason().orElse("no longer"));
    } else if (event instanceof HealthEvent.EventsDropped dropped) {
      LOG.warn("{} health events were not logged: the log was too slow", dropped.count());
    }
  }

  private static void log(HealthEvent.CheckChanged changed) {
    if (changed.to().passes()) {
      LOG.info(
          "check {}: {} -> {} {}", changed.check(), changed.from(), changed.to(), changed.reason());
    } else if (changed.to() == HealthStatus.UNKNOWN) {
      LOG.warn(
          "check {}: {} -> UNKNOWN, its last result is too old", changed.check(), changed.from());
    } else {
      LOG.warn(
          "check {}: {} -> {}, {} {}",
          changed.check(),
          changed.from(),
          changed.to(),
          changed.outcome().text(),
          changed.reason());
    }
    if (LOG.isDebugEnabled() && changed.cause().isPresent()) {
      LOG.debug("check {} threw", changed.check(), changed.cause().get());
    }
  }
}
