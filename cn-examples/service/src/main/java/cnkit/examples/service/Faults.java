package cnkit.examples.service;

import cnkit.config.Config;
import cnkit.config.Default;
import cnkit.config.Doc;
import cnkit.config.Range;
import java.lang.invoke.MethodHandles;
import java.time.Duration;

/** How badly the dependency inside this process behaves. */
record Faults(
    @Doc("share of answers that are 500") @Default("0") @Range("0..1")
    double error,

    @Doc("added to each answer") @Default("0s") @Range("0s..1m")
    Duration latency,

    @Doc("share of requests that are never answered") @Default("0") @Range("0..1")
    double hang,

    @Doc("of the draws, so that a demonstration can be repeated") @Default("1")
    long seed) {

  /**
   * Reads {@code error=0.5,latency=50ms}: each name at most once, in any order; empty is no faults. A name and its value are
   * a flag without its dashes, so that the binder's rules and messages hold here too.
   *
   * @throws cnkit.config.ConfigException if it says anything else
   */
  static Faults parse(String text) {
    String[] flags = text.isEmpty() ? new String[0] : text.split(",", -1);
    for (int i = 0; i < flags.length; i++) {
      // a part without "=" gets an empty value, so that no part can be anything but a flag
      flags[i] = "--" + flags[i] + (flags[i].contains("=") ? "" : "=");
    }
    return Config.builder(Faults.class, MethodHandles.lookup())
        .args(flags)
        .load()
        .value();
  }
}
