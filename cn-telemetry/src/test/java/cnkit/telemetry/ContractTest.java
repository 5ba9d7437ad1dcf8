package cnkit.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContractTest {
  private static final ContractFile CONTRACT = ContractFile.read();

  @Test
  void constantsReferenceDashboardAndAlertsAreWhatTheContractMakesThem() throws Exception {
    for (Map.Entry<String, String> page : ContractPages.all(CONTRACT).entrySet()) {
      String found = Files.readString(Path.of(page.getKey()), UTF_8);
      // the formatter wraps the constants' lines
      assertEquals(
          words(page.getValue()),
          words(found),
          page.getKey() + " is out of date: run ContractPages with the module's folder");
    }
  }

  @Test
  void everyAttributeOfASignalIsListedAndEveryListedOneIsUsedOrSaysWhere() {
    for (ContractFile.Listed metric : CONTRACT.metrics().values()) {
      for (String attribute : metric.required()) {
        assertEquals(
            true, CONTRACT.attributes().containsKey(attribute), metric.name() + ": " + attribute);
      }
      for (String attribute : metric.optional()) {
        assertEquals(
            true, CONTRACT.attributes().containsKey(attribute), metric.name() + ": " + attribute);
      }
    }
  }

  private static String words(String text) {
    return text.replaceAll("\\s+", "").replace(",)", ")");
  }
}
