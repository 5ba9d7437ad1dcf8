/** Every outbound call bounded: deadline, retry with budget, circuit breaker, bulkhead. */
module cnkit.resilience {
  requires transitive cnkit.core;
  requires static org.jspecify;
  requires org.slf4j;

  exports cnkit.resilience;
  // virtual time for the users' own tests; uses the public API of the package above only
  exports cnkit.resilience.testing;
}
