package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.core.internal.Pure;

/** The places that values come from, in the words of each channel. */
@Pure
public final class Origins {
  /** A default, where nothing is known that would replace it. */
  static final Origin DEFAULTED = new Origin(Origin.Channel.DEFAULT, "", 0, 0);

  private Origins() {}

  public static Origin env(String variable) {
    return new Origin(Origin.Channel.ENVIRONMENT, variable, 0, 0);
  }

  public static Origin envFile(String variable) {
    return new Origin(Origin.Channel.ENVIRONMENT_FILE, variable, 0, 0);
  }

  public static Origin flag(String flag, int position) {
    return new Origin(Origin.Channel.FLAG, flag, position, 0);
  }

  public static Origin file(String name, int line, int column) {
    return new Origin(Origin.Channel.FILE, name, line, column);
  }

  public static Origin mount(String path) {
    return new Origin(Origin.Channel.MOUNT, path, 0, 0);
  }
}
