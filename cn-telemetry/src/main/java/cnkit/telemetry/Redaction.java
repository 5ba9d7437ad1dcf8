package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Pure;
import cnkit.core.internal.SafeText;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Masks secrets in what is about to leave the process: credentials in URLs, values beside a name such as
 * {@code password}, bearer tokens and JWTs in free text. It uses the rules of the whole kit and adds names of your own.
 * It is a second net: a known secret should never get here. Names match by whole word, so {@code token} and
 * {@code accessToken} are secret and {@code tokenizer} is not. Immutable and safe for use by many threads.
 *
 * <pre>{@code
 * Redaction redaction = Redaction.standard();
 * redaction.url("https://bob:pw@api/x?page=2&token=abc"); // https://***@api/x?page=2&token=***
 * redaction.text("Authorization: Bearer abcdef123456");   // Authorization: ***
 * }</pre>
 */
@Pure
public final class Redaction {
  /** What stands in the place of a secret. */
  public static final String MASK = SafeText.MASK;

  private static final Redaction STANDARD = new Redaction(Set.of());

  /** In lower case. */
  private final Set<String> further;

  private Redaction(Set<String> further) {
    this.further = Set.copyOf(further);
  }

  /**
   * Knows the usual names of secrets and the signature parameters that OpenTelemetry's conventions list.
   *
   * @return the standard redaction
   */
  public static Redaction standard() {
    return STANDARD;
  }

  /**
   * A copy that treats one more name as secret.
   *
   * @param name a whole name such as {@code x-internal-pass}; case does not matter
   * @return the copy
   */
  public Redaction withSecret(String name) {
    Set<String> names = new HashSet<>(further);
    names.add(requireNonNull(name, "name").toLowerCase(Locale.ROOT));
    return new Redaction(names);
  }

  /**
   * Whether a value beside this name is to be masked.
   *
   * @param name the name of a header, parameter, setting or key
   * @return true if one of its words says so
   */
  public boolean isSecret(String name) {
    return SafeText.isSecretName(name, further);
  }

  /**
   * A URL without credentials and without the values of secret parameters.
   *
   * @param url an absolute URL, or a path with a query
   * @return the URL with {@value #MASK} in their places
   */
  public String url(String url) {
    return SafeText.url(url, further);
  }

  /** The same in the form that OpenTelemetry's conventions ask of the attribute {@code url.full}. */
  String urlFull(String url) {
    return url(url).replace("://" + MASK + '@', "://REDACTED:REDACTED@");
  }

  /**
   * A query without the values of secret parameters.
   *
   * @param query {@code name=value} pairs joined by ampersands, without the question mark
   * @return the query with {@value #MASK} in their places
   */
  public String query(String query) {
    return SafeText.query(query, further);
  }

  /**
   * Free text, such as a message of an exception, without what looks like a secret.
   *
   * @param text any text
   * @return the text with {@value #MASK} in the places of secrets
   */
  public String text(String text) {
    return SafeText.redact(text, further);
  }
}
