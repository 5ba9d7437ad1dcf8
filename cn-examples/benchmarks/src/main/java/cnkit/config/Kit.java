package cnkit.config;

import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.function.Supplier;

/** The kit, from the process's own environment. */
public final class Kit implements Supplier<Object> {
  @Override
  public Object get() {
    return builder().environment().load().value();
  }

  static ConfigBuilder<Thirty.Settings> builder() {
    return Config.builder(Thirty.Settings.class, MethodHandles.lookup()).prefix("APP");
  }

  static ConfigBuilder<Thirty.Settings> builder(Map<String, String> variables) {
    return builder().environment(variables);
  }
}
