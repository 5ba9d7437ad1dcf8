package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Arguments;
import cnkit.core.internal.AtomicWord;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongUnaryOperator;

/**
 * Keeps an attribute from growing without bound: the first {@code limit} different values pass, every
 * further one becomes {@value #OTHER} and is counted in {@code cn.telemetry.overflow} under the
 * attribute's name, so that an operator sees which one it was. A value longer than {@value
 * #MAX_LENGTH} characters never passes. Safe for use by many threads.
 *
 * <pre>{@code
 * BoundedValues tenants = BoundedValues.of("app.tenant", 100, otel);
 * counter.add(1, Attributes.of(TENANT, tenants.bound(request.tenant())));
 * }</pre>
 */
public final class BoundedValues {
  /** What stands for all values beyond the limit. */
  public static final String OTHER = "_OTHER";

  private static final int MAX_LENGTH = 256;

  private final int limit;
  private final LongCounter overflow;
  private final Attributes series;
  private final AtomicWord taken = new AtomicWord(0);
  private final LongUnaryOperator takeOne;
  private final ConcurrentHashMap<String, String> values = new ConcurrentHashMap<>();

  private BoundedValues(String attribute, int limit, OpenTelemetry otel) {
    this.limit = limit;
    this.takeOne = count -> count < limit ? count + 1 : count;
    this.overflow =
        Contract.Metrics.CN_TELEMETRY_OVERFLOW.counter(Signals.meter(otel)).build();
    this.series = Attributes.of(Contract.CN_TELEMETRY_ATTRIBUTE, attribute);
  }

  /**
   * A guard for one attribute.
   *
   * @param attribute the attribute's name, as it is shown when values overflow
   * @param limit how many different values pass, 1 to 10,000
   * @param otel where overflow is counted
   * @return the guard, empty
   * @throws IllegalArgumentException if the limit is out of range
   */
  public static BoundedValues of(String attribute, int limit, OpenTelemetry otel) {
    requireNonNull(attribute, "attribute");
    Arguments.check(limit >= 1 && limit <= 10_000, "limit", "1..10000", limit);
    return new BoundedValues(attribute, limit, otel);
  }

  /**
   * The value itself while it is one of the first, else {@value #OTHER}.
   *
   * @param value the value to be used as an attribute
   * @return the value, or {@value #OTHER}
   */
  public String bound(String value) {
    String known = values.get(value);
    if (known != null) {
      return known;
    }
    if (value.length() <= MAX_LENGTH && taken.advance(takeOne) < limit) {
      String raced = values.putIfAbsent(value, value);
      if (raced == null) {
        return value;
      }
      long unused = taken.add(-1);
      return raced;
    }
    if (overflow.isEnabled()) {
      overflow.add(1, series);
    }
    return OTHER;
  }
}
