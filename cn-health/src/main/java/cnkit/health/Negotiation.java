package cnkit.health;

import cnkit.core.internal.Pure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which renderer an {@code Accept} header asks for. Pure functions. */
@Pure
final class Negotiation {
  private Negotiation() {}

  /**
   * The renderer whose media type is named with the highest quality, the first named among equals. The first renderer
   * is what a wildcard, an empty header or one that nobody can serve gets: a probe is better answered than refused.
   */
  static Renderer choose(@Nullable String accept, List<Renderer> renderers) {
    Renderer chosen = renderers.get(0);
    if (accept == null || accept.isEmpty() || accept.equals("*/*")) {
      return chosen;
    }
    int best = 0;
    int from = 0;
    while (from <= accept.length()) {
      int comma = accept.indexOf(',', from);
      String range = accept.substring(from, comma < 0 ? accept.length() : comma);
      int quality = quality(range);
      Renderer named = named(type(range), renderers);
      if (named != null && quality > best) {
        best = quality;
        chosen = named;
      }
      from = comma < 0 ? accept.length() + 1 : comma + 1;
    }
    return chosen;
  }

  private static @Nullable Renderer named(String type, List<Renderer> renderers) {
    if (type.equals("*/*")) {
      return renderers.get(0);
    }
    for (Renderer renderer : renderers) {
      String offered = type(renderer.contentType());
      boolean wildcard =
          type.endsWith("/*") && offered.startsWith(type.substring(0, type.length() - 1));
      if (wildcard || offered.equalsIgnoreCase(type)) {
        return renderer;
      }
    }
    return null;
  }

  private static String type(String range) {
    int semicolon = range.indexOf(';');
    return (semicolon < 0 ? range : range.substring(0, semicolon)).strip();
  }

  /** In thousandths; 1000 when nothing is said, 0 when what is said is no number. */
  private static int quality(String range) {
    int at = range.indexOf("q=");
    if (at < 0) {
      return 1000;
    }
    int quality = 0;
    int scale = 1000;
    for (int i = at + 2; i < range.length() && scale > 0; i++) {
      char c = range.charAt(i);
      if (c >= '0' && c <= '9') {
        quality += (c - '0') * scale;
        scale /= 10;
      } else if (c != '.') {
        break;
      }
    }
    return Math.min(quality, 1000);
  }
}
