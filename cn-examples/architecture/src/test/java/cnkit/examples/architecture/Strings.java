package cnkit.examples.architecture;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The string constants of a class file: what the constant pool calls a String, not what annotations hold. */
final class Strings {
  private Strings() {}

  static List<String> of(InputStream classFile) throws IOException {
    DataInputStream in = new DataInputStream(classFile);
    in.skipNBytes(8);
    int size = in.readUnsignedShort();
    Map<Integer, String> texts = new HashMap<>();
    List<Integer> strings = new ArrayList<>();
    for (int index = 1; index < size; index++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts.put(index, in.readUTF());
        case 8 -> strings.add(in.readUnsignedShort());
        case 7, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
        case 5, 6 -> { // long and double take two places
          in.skipNBytes(8);
          index++;
        }
        default -> throw new IOException("constant of unknown kind " + tag);
      }
    }
    return strings.stream().map(texts::get).toList();
  }
}
