/** Start in order, drain without dropping a request, stop inside the platform's grace. */
module cnkit.lifecycle {
  requires transitive cnkit.core;
  requires static org.jspecify;
  requires org.slf4j;

  // signals, where the runtime image has them; without it the JVM's shutdown hook is used
  requires static jdk.unsupported;
  // the helper for the JDK's server needs what its callers have in hand
  requires static transitive jdk.httpserver;

  exports cnkit.lifecycle;
  // virtual time, scripted components and the deploy simulator, for the tests of those who use the
  // module
  exports cnkit.lifecycle.testing;
}
