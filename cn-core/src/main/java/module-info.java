/**
 * What the modules of the kit share: time and the handle of a subscription. For the kit's own modules only, it also
 * holds the classes that handle code, text and threads that the kit does not own.
 */
@SuppressWarnings(
    "module") // the modules that may use the internal package are compiled after this one
module cnkit.core {
  requires org.slf4j;
  requires static org.jspecify;

  exports cnkit.core;
  // virtual time, for the tests of those who use the kit
  exports cnkit.core.testing;
  exports cnkit.core.internal to
      cnkit.config,
      cnkit.health,
      cnkit.lifecycle,
      cnkit.resilience,
      cnkit.telemetry;
}
