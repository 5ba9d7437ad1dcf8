/**
 * What the other modules do, as OpenTelemetry metrics, events and correlated logs; HTTP semantics
 * without a framework; build identity.
 *
 * <p>The observed modules are optional: {@code requires static}, one observer class for each, so that
 * every other class here loads, and can be reflected upon, without them.
 */
module cnkit.telemetry {
  requires transitive cnkit.core;
  requires static org.jspecify;
  requires transitive io.opentelemetry.api;
  requires transitive io.opentelemetry.context;
  requires org.slf4j;
  requires static java.net.http;
  requires static cnkit.config;
  requires static cnkit.health;
  requires static cnkit.lifecycle;
  requires static cnkit.resilience;

  exports cnkit.telemetry;
}
