package cnkit.config.text;

import cnkit.core.internal.Pure;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Decoding that refuses instead of replacing. */
@Pure
public final class Utf8 {
  private Utf8() {}

  /** The text of some bytes, or null when they are not UTF-8. */
  public static @Nullable String strict(byte[] bytes, int from, int length) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, length))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
