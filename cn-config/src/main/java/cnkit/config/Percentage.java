package cnkit.config;

import java.math.BigDecimal;

/**
 * A share, written with its sign: {@code 12.5%}.
 *
 * @param percent the number before the sign, exact
 */
public record Percentage(BigDecimal percent) implements Comparable<Percentage> {
  /**
   * The share as a factor.
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
