package cnkit.health;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What one answer has to show: a report, cut to what was asked for. Made for a {@link Renderer}.
 *
 * @param title {@code readyz}, {@code readyz/orders-db}, …
 * @param passing whether the answer is a 200
 * @param status what the shown checks come to, gate and rotation included
 * @param notes what is not a check and keeps it from passing: {@code gate draining}, …
 * @param checks to be shown, the worst first
 * @param warnings about the request, such as an unknown name in {@code ?exclude=}
 * @param details whether reasons and ages may be shown: the caller was allowed to see them
 */
public record Page(
    String title,
    boolean passing,
    HealthStatus status,
    List<String> notes,
    List<CheckReport> checks,
    List<String> warnings,
    boolean details) {

  /** Copies the lists. */
  public Page {
    requireNonNull(title, "title");
    requireNonNull(status, "status");
    notes = List.copyOf(notes);
    checks = List.copyOf(checks);
    warnings = List.copyOf(warnings);
  }
}
