package cnkit.health;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The content of one answer: the part of a report that was asked for. Made for a {@link Renderer}.
 *
 * @param title {@code readyz}, {@code readyz/orders-db}, …
 * @param passing whether the answer is 200
 * @param status the worst status of the shown checks, gate and rotation included
 * @param notes reasons other than checks for which it fails: {@code draining}, …
 * @param checks the checks to show, the worst first
 * @param warnings about the request, such as an unknown name in {@code ?exclude=}
 * @param details whether reasons and ages may be shown to this caller
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
