package cnkit.config;

import static java.util.Objects.requireNonNull;

/**
 * Where a value came from: the channel and the place in it. Immutable.
 *
 * <p>{@code toString} is what reports print: {@code env APP_PORT}, {@code --port (argument 3)},
 * {@code app.json:12:22}, {@code /etc/app/port}, {@code default}.
 *
 * @param channel the kind of source
 * @param name the variable, flag or file; for a default, the name that would override it, or empty
 * @param line the line in a file or the position of an argument, counted from 1; 0 when there is none
 * @param column the column in a file, counted from 1; 0 when there is none
 */
public record Origin(Channel channel, String name, int line, int column) {

  /** The kinds of sources, highest precedence first. */
  public enum Channel {
    /** A command-line flag. */
    FLAG,
    /** An environment variable. */
    ENVIRONMENT,
    /** A file that is named by an environment variable ending in {@code _FILE}; same precedence as the environment. */
    ENVIRONMENT_FILE,
    /** A file of a mounted directory, such as a Kubernetes Secret. */
    MOUNT,
    /** A configuration file. */
    FILE,
    /** {@link Default}. */
    DEFAULT
  }

  /** Checks that nothing is null. */
  public Origin {
    requireNonNull(channel, "channel");
    requireNonNull(name, "name");
  }

  @Override
  public String toString() {
    return switch (channel) {
      case FLAG -> name + " (argument " + line + ")";
      case ENVIRONMENT -> "env " + name;
      case ENVIRONMENT_FILE -> "env " + name;
      case MOUNT -> name;
      case FILE -> line == 0 ? name : name + ":" + line + (column == 0 ? "" : ":" + column);
      case DEFAULT -> name.isEmpty() ? "default" : name + " (default)";
    };
  }
}
