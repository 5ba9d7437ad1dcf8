package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.PointData;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** What was emitted, held against the contract: names, kinds, units, attributes and their closed sets of values. */
final class Emitted {
  private static final ContractFile CONTRACT = ContractFile.read();

  private Emitted() {}

  static void check(Collection<MetricData> metrics, Collection<LogRecordData> events) {
    for (MetricData metric : metrics) {
      ContractFile.Listed listed = CONTRACT.metrics().get(metric.getName());
      assertNotNull(listed, () -> "not in the contract: " + metric.getName());
      assertEquals(listed.unit(), metric.getUnit(), metric.getName());
      assertEquals(listed.kind(), kind(metric), metric.getName());
      for (PointData point : metric.getData().getPoints()) {
        check(metric.getName(), point.getAttributes(), listed.required(), listed.optional());
      }
    }
    for (LogRecordData event : events) {
      String name = String.valueOf(event.getEventName());
      ContractFile.Event listed = CONTRACT.events().get(name);
      assertNotNull(listed, () -> "not in the contract: " + name);
      check(name, event.getAttributes(), listed.required(), listed.optional());
    }
  }

  private static void check(
      String signal, Attributes attributes, List<String> required, List<String> optional) {
    var missing = new TreeSet<>(required);
    attributes.forEach((key, value) -> {
      String name = key.getKey();
      missing.remove(name);
      assertTrue(
          required.contains(name) || optional.contains(name),
          () -> signal + ": not in the contract: " + name);
      ContractFile.Attribute attribute = CONTRACT.attributes().get(name);
      assertNotNull(attribute, name);
      assertEquals(attribute.type(), key.getType().name().toLowerCase(Locale.ROOT), name);
      assertTrue(
          attribute.values().isEmpty() || attribute.values().contains(String.valueOf(value)),
          () -> signal + ": not in the contract: " + name + '=' + value);
    });
    assertEquals(new TreeSet<>(), missing, () -> signal + ": missing in " + attributes);
  }

  private static String kind(MetricData metric) {
    MetricDataType type = metric.getType();
    return switch (type) {
      case LONG_SUM -> metric.getLongSumData().isMonotonic() ? "counter" : "updowncounter";
      case DOUBLE_SUM -> metric.getDoubleSumData().isMonotonic() ? "counter" : "updowncounter";
      case LONG_GAUGE, DOUBLE_GAUGE -> "gauge";
      default -> type.name().toLowerCase(Locale.ROOT);
    };
  }
}
