package cnkit.config;

/**
 * A number of bytes, written with its unit: {@code 512B}, {@code 64KiB} (1024), {@code 64kB}
 * (1000), {@code 1.5GiB}; up to {@code PiB} and {@code PB}.
 *
 * @param bytes the number of bytes
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  private static final String[] UNITS = {
    "PiB", "TiB", "GiB", "MiB", "KiB", "PB", "TB", "GB", "MB", "kB"
  };
  private static final long[] FACTORS = {
    1L << 50,
    1L << 40,
    1L << 30,
    1L << 20,
    1L << 10,
    1_000_000_000_000_000L,
    1_000_000_000_000L,
    1_000_000_000L,
    1_000_000L,
    1_000L
  };

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The size in the largest unit that divides it, in the form that a setting accepts. */
  @Override
  public String toString() {
    if (bytes != 0) {
      for (int i = 0; i < UNITS.length; i++) {
        if (bytes % FACTORS[i] == 0) {
          return bytes / FACTORS[i] + UNITS[i];
        }
      }
    }
    return bytes + "B";
  }

  /** The factor of a unit, or 0 when there is no such unit. */
  public static long factor(String unit) {
    if (unit.equals("B")) {
      return 1;
    }
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].equals(unit)) {
        return FACTORS[i];
      }
    }
    return 0;
  }
}
