package cnkit.config;

import cnkit.config.text.Names;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.github.gestalt.config.Gestalt;
import org.github.gestalt.config.builder.GestaltBuilder;
import org.github.gestalt.config.exceptions.GestaltException;
import org.github.gestalt.config.source.MapConfigSourceBuilder;

/** Gestalt, whose durations are ISO and whose paths are dotted. */
public final class GestaltPeer implements Supplier<Object> {
  @Override
  public Object get() {
    return bind(dotted(System.getenv()));
  }

  static Map<String, String> dotted(Map<String, String> variables) {
    var dotted = new HashMap<String, String>();
    variables.forEach((name, value) -> {
      if (name.startsWith("APP_")) {
        boolean duration = value.equals("30s");
        dotted.put(
            "app." + Names.lower(name.substring("APP_".length())),
            duration ? "PT30S" : value.equals("warn") ? "WARN" : value);
      }
    });
    return dotted;
  }

  static Object bind(Map<String, String> dotted) {
    try {
      Gestalt gestalt = new GestaltBuilder()
          .addSource(MapConfigSourceBuilder.builder().setCustomConfig(dotted).build())
          .build();
      gestalt.loadConfigs();
      return gestalt.getConfig("app", Thirty.Plain.class);
    } catch (GestaltException e) {
      throw new IllegalStateException(e);
    }
  }
}
