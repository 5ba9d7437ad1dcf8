/** Settings as records: bound once, checked completely, explained on demand. */
module cnkit.config {
  requires transitive cnkit.core;
  requires static org.jspecify;
  requires com.fasterxml.jackson.annotation;
  requires transitive com.fasterxml.jackson.core;
  requires org.slf4j;
  // the annotation processor; registered in META-INF/services only, since `provides` would need it
  // at run time
  requires static java.compiler;

  exports cnkit.config;
  // for those who add a file format
  exports cnkit.config.format;
  // the one type that names Jackson, so that nobody else needs to
  exports cnkit.config.jackson;
  // a simulated volume, time and assertions, for the tests of those who use the module
  exports cnkit.config.testing;
}
