package cnkit.config;

import java.util.List;

/**
 * The settings or their schema were rejected. The message is the whole report; {@link #problems()} returns it as
 * data. There is no cause, because an exception of a converter may contain a secret.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Not serialised: the message holds the same. */
  private final transient List<Problem> problems;

  private final String report;

  ConfigException(List<Problem> problems) {
    this.problems = List.copyOf(Report.sorted(problems));
    this.report = Report.render(this.problems);
  }

  /**
   * The report that {@link ConfigBuilder#loadOrExit} prints.
   *
   * @return several lines of text, ending with a line break
   */
  @Override
  public String getMessage() {
    return report;
  }

  /**
   * All problems, in the order of the report.
   *
   * @return at least one problem; immutable
   */
  public List<Problem> problems() {
    return problems;
  }
}
