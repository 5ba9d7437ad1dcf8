package cnkit.config;

/**
 * Turns text into a value of the application's own type; see {@link ConfigBuilder#converter}. It should always give
 * the same result for the same text. An exception that it throws becomes a problem. The exception's message is left
 * out, because it might quote a secret.
 *
 * <pre>{@code
 * Converter<Sku> sku = text -> Sku.isValid(text) ? Conversion.ok(new Sku(text)) : Conversion.bad("a SKU such as AB-1234");
 * }</pre>
 *
 * @param <T> the type of the value
 */
@FunctionalInterface
public interface Converter<T> {
  /**
   * Converts one text.
   *
   * @param text the text as the source has it, never trimmed
   * @return the value or what was expected
   */
  Conversion<T> convert(String text);
}
