package cnkit.config.schema;

/*
 * What of a class decides a schema, as a short text: the components of a record with their types
 * and our annotations, the constants of an enum, the records of a sealed interface. The annotation
 * processor computes it from the source, start-up from the class file, so that a resource that
 * lags behind its class is noticed, whatever compiled that one. FNV-1a, since java.util.zip would load its native
 * library at start-up.
 */
public final class Fingerprint {
  /** Begins the descriptor of each annotation of ours. */
  public static final String OURS = "Lcnkit/config/";

  private long hash = 0xcbf29ce484222325L;
  private int length;

  /** Adds a name, a type or a value, in the encoding of a class file: zero and surrogates differ from UTF-8. */
  public Fingerprint add(String text) {
    var bytes = new byte[3 * text.length()];
    int count = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != 0 && c < 0x80) {
        bytes[count++] = (byte) c;
      } else if (c < 0x800) {
        bytes[count++] = (byte) (0xc0 | (c >> 6));
        bytes[count++] = (byte) (0x80 | (c & 0x3f));
      } else {
        bytes[count++] = (byte) (0xe0 | (c >> 12));
        bytes[count++] = (byte) (0x80 | ((c >> 6) & 0x3f));
        bytes[count++] = (byte) (0x80 | (c & 0x3f));
      }
    }
    return add(bytes, 0, count);
  }

  public Fingerprint add(byte[] bytes, int from, int count) {
    for (int i = from; i < from + count; i++) {
      add(bytes[i] & 0xff);
    }
    add(0xff); // no UTF-8 text has this byte: what is apart stays apart
    length += count + 1;
    return this;
  }

  private void add(int octet) {
    hash = (hash ^ octet) * 0x100000001b3L;
  }

  @Override
  public String toString() {
    return Long.toHexString(hash) + "-" + Integer.toHexString(length);
  }
}
