/** Limits for calls to other services: deadline, retry with budget, circuit breaker, rate limit, bulkhead. */
module cnkit.resilience {
  requires transitive cnkit.core;
  requires static org.jspecify;
  requires org.slf4j;

  exports cnkit.resilience;
  // simulated load tests of a policy; uses only the public API of the package above
  exports cnkit.resilience.testing;
}
