/** Settings as records: bound once, checked completely, with the origin of every value. */
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
  // for users who add a file format
  exports cnkit.config.format;
  // the only type that refers to Jackson, so that other code need not
  exports cnkit.config.jackson;
  // a simulated volume and assertions, for the tests of users
  exports cnkit.config.testing;
}
