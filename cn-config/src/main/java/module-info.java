/** Settings as records: bound once, checked completely, explained on demand. */
module cnkit.config {
  requires com.fasterxml.jackson.annotation;
  requires com.fasterxml.jackson.core;
  requires org.slf4j;
  // the annotation processor; registered in META-INF/services only, since `provides` would need it
  // at run time
  requires static java.compiler;

  exports cnkit.config;
}
