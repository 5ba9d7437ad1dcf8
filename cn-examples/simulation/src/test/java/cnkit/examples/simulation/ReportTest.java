package cnkit.examples.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.resilience.testing.StormReport;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {
  private static final Path COMMITTED = Path.of("report");

  /** Whoever changes what a policy does sees here what it does to a server in trouble. */
  @Test
  void theCommittedReportIsWhatAFreshRunSays() throws Exception {
    Map<String, String> fresh = Report.files();
    assertEquals(fresh.keySet(), names(), "run cn-examples/simulation/run");
    for (Map.Entry<String, String> file : fresh.entrySet()) {
      assertEquals(
          Files.readString(COMMITTED.resolve(file.getKey())),
          file.getValue(),
          () -> file.getKey() + ": if that is meant, cn-examples/simulation/run writes it anew");
      if (file.getKey().endsWith(".svg")) {
        assertEquals(
            3, drawing(file.getValue()).getElementsByTagName("polyline").getLength());
      }
    }
  }

  private static Set<String> names() throws IOException {
    var names = new TreeSet<String>();
    try (var files = Files.list(COMMITTED)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    return names;
  }

  private static Document drawing(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  /** What the whole module is about, in three assertions. */
  @Test
  void aBudgetDecidesWhetherAStormOutlivesItsCause() {
    Storms spike = Storms.ALL.get(0);
    StormReport without = spike.under(policy("without-budget"));
    StormReport floor = spike.under(policy("floor"));
    StormReport with = spike.under(policy("default-budget"));
    assertTrue(without.recovery().isEmpty() && without.endsWith() < 0.1, without::toString);
    assertTrue(floor.recovery().isEmpty(), floor::toString);
    assertTrue(with.recovery().isPresent() && with.endsWith() > 0.95, with::toString);
  }

  private static Policies policy(String file) {
    return Policies.ALL.stream().filter(p -> p.file().equals(file)).findFirst().orElseThrow();
  }
}
