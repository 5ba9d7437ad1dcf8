package cnkit.config;

import java.math.BigDecimal;

/**
 * A percentage, written with a percent sign: {@code 12.5%}.
 *
 * @param percent the exact number before the percent sign
 */
public record Percentage(BigDecimal percent) implements Comparable<Percentage> {
  /**
   * The percentage as a fraction.
   *
   * @return {@code 0.125} for {@code 12.5%}
   */
  public double fraction() {
    return percent.movePointLeft(2).doubleValue();
  }

  @Override
  public int compareTo(Percentage other) {
    return percent.compareTo(other.percent);
  }

  @Override
  public String toString() {
    return percent.toPlainString() + "%";
  }
}
