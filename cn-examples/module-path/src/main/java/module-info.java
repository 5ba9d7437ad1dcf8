/** A consumer on the module path: what it reads, it names. */
module cnkit.examples.modulepath {
  requires cnkit.config;
  requires cnkit.health;
  requires cnkit.lifecycle;
  requires cnkit.resilience;
}
