/** Settings as records: bound once, checked completely, explained on demand. */
module cnkit.config {
  requires com.fasterxml.jackson.annotation;
  requires com.fasterxml.jackson.core;
  requires org.slf4j;

  exports cnkit.config;
}
