/** Start in order, drain without dropping a request, stop inside the platform's grace. */
module cnkit.lifecycle {
  requires org.slf4j;
  // signals, where the runtime image has them; without it the JVM's shutdown hook is used
  requires static jdk.unsupported;

  exports cnkit.lifecycle;
}
