/** Probe registry of one instance: liveness, readiness and startup. */
module cnkit.health {
  requires org.slf4j;

  exports cnkit.health;
  // virtual time and scripted checks, for the tests of those who use the module
  exports cnkit.health.testing;
}
