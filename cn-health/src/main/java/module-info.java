/** Probe registry of one instance: liveness, readiness and startup. */
module cnkit.health {
  requires transitive cnkit.core;
  requires static org.jspecify;
  requires java.management;
  requires org.slf4j;

  // the ready-made checks need what their callers have in hand; without it the rest works
  requires static jdk.management;
  requires static transitive java.net.http;
  requires static transitive java.sql;

  exports cnkit.health;
  // virtual time and scripted checks, for the tests of those who use the module
  exports cnkit.health.testing;
}
