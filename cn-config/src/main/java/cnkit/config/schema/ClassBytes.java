package cnkit.config.schema;

import org.jspecify.annotations.Nullable;

/*
 * Reads from a class file what a fingerprint consists of, without reflection: no annotation is
 * instantiated and no generic type is resolved. JVM specification, chapter 4.
 */
public final class ClassBytes {
  private final byte[] bytes;
  private final int[] constants;
  private int at;

  private ClassBytes(byte[] bytes) {
    this.bytes = bytes;
    if (u4(0) != 0xCAFEBABE) {
      throw new IllegalArgumentException("not a class file");
    }
    constants = new int[u2(8)];
    at = 10;
    for (int i = 1; i < constants.length; i++) {
      constants[i] = at;
      switch (bytes[at]) {
        case 1 -> at += 3 + u2(at + 1); // Utf8
        case 7, 8, 16, 19, 20 -> at += 3;
        case 15 -> at += 4;
        case 5, 6 -> { // long and double take two places
          at += 9;
          i++;
        }
        default -> at += 5;
      }
    }
  }

  /** The fingerprint of a record, enum or sealed interface. */
  static String fingerprint(byte[] classFile) {
    return new ClassBytes(classFile).fingerprint();
  }

  private String fingerprint() {
    var print = new Fingerprint();
    boolean isEnum = (u2(at) & 0x4000) != 0;
    boolean isInterface =
        (u2(at) & 0x0200) != 0; // an enum may have permitted classes too: its constants'
    at += 6;
    at += 2 + 2 * u2(at); // interfaces
    int fields = u2(at);
    at += 2;
    for (int i = 0; i < fields; i++) {
      if (isEnum && (u2(at) & 0x4000) != 0) {
        text(print, u2(at + 2));
      }
      member();
    }
    int methods = u2(at);
    at += 2;
    for (int i = 0; i < methods; i++) {
      member();
    }
    int record = 0;
    int permitted = 0;
    int annotations = 0;
    int attributes = u2(at);
    at += 2;
    for (int i = 0; i < attributes; i++) {
      int name = u2(at);
      if (is(name, "Record")) {
        record = at + 6;
      } else if (is(name, "PermittedSubclasses")) {
        permitted = at + 6;
      } else if (is(name, "RuntimeVisibleAnnotations")) {
        annotations = at + 6;
      }
      at += 6 + u4(at + 2);
    }
    if (record != 0) {
      components(print, record);
    }
    if (permitted != 0 && isInterface) {
      int count = u2(permitted);
      for (int i = 0; i < count; i++) {
        text(print, u2(constants[u2(permitted + 2 + 2 * i)] + 1));
      }
    }
    if (annotations != 0) {
      annotations(print, annotations);
    }
    return print.toString();
  }

  /** Steps over a field or method. */
  private void member() {
    int attributes = u2(at + 6);
    at += 8;
    for (int i = 0; i < attributes; i++) {
      at += 6 + u4(at + 2);
    }
  }

  private void components(Fingerprint print, int from) {
    int count = u2(from);
    at = from + 2;
    for (int i = 0; i < count; i++) {
      text(print, u2(at));
      int type = u2(at + 2);
      int annotations = 0;
      int attributes = u2(at + 4);
      at += 6;
      for (int j = 0; j < attributes; j++) {
        int name = u2(at);
        if (is(name, "Signature")) {
          type = u2(at + 6);
        } else if (is(name, "RuntimeVisibleAnnotations")) {
          annotations = at + 6;
        }
        at += 6 + u4(at + 2);
      }
      text(print, type);
      if (annotations != 0) {
        int next = at;
        annotations(print, annotations);
        at = next;
      }
    }
  }

  private void annotations(Fingerprint print, int from) {
    int count = u2(from);
    at = from + 2;
    for (int i = 0; i < count; i++) {
      annotation(starts(u2(at), Fingerprint.OURS) ? print : null);
    }
  }

  private void annotation(@Nullable Fingerprint print) {
    int pairs = u2(at + 2);
    text(print, u2(at));
    at += 4;
    for (int i = 0; i < pairs; i++) {
      text(print, u2(at));
      at += 2;
      value(print);
    }
  }

  private void value(@Nullable Fingerprint print) {
    int tag = bytes[at++];
    switch (tag) {
      case 's' -> {
        text(print, u2(at));
        at += 2;
      }
      case 'e' -> at += 4;
      case '@' -> annotation(null);
      case '[' -> {
        int count = u2(at);
        at += 2;
        for (int i = 0; i < count; i++) {
          value(print);
        }
      }
      default -> at += 2; // a number or a class: none of ours has one
    }
  }

  private void text(@Nullable Fingerprint print, int constant) {
    if (print != null) {
      int from = constants[constant];
      print.add(bytes, from + 3, u2(from + 1));
    }
  }

  private boolean is(int constant, String name) {
    return u2(constants[constant] + 1) == name.length() && starts(constant, name);
  }

  private boolean starts(int constant, String prefix) {
    int from = constants[constant];
    if (u2(from + 1) < prefix.length()) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (bytes[from + 3 + i] != prefix.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int u2(int from) {
    return (bytes[from] & 0xff) << 8 | (bytes[from + 1] & 0xff);
  }

  private int u4(int from) {
    return u2(from) << 16 | u2(from + 2);
  }
}
