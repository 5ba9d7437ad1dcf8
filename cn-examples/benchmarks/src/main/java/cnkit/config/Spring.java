package cnkit.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Spring Boot's binder, without the rest of Spring. */
public final class Spring implements Supplier<Object> {
  @Override
  public Object get() {
    return bind(System.getenv());
  }

  static Object bind(Map<String, String> variables) {
    var source = new SystemEnvironmentPropertySource("systemEnvironment", new HashMap<>(variables));
    ConfigurationPropertySource mapped = ConfigurationPropertySource.from(source);
    if (mapped == null) {
      throw new IllegalStateException("no source");
    }
    return new Binder(List.of(mapped))
        .bind("app", Bindable.of(Thirty.Plain.class))
        .get();
  }
}
