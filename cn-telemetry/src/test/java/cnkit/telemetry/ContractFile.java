package cnkit.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The contract file, parsed: what is emitted is compared with it, what is published is made from it. */
record ContractFile(
    Map<String, Attribute> attributes,
    Map<String, Listed> metrics,
    Map<String, Event> events,
    List<Alert> alerts,
    List<Panel> panels) {

  /** No {@code values} means free, but bounded by the code that sets them. */
  record Attribute(String name, String type, String doc, Set<String> values) {}

  record Listed(
      String name,
      String kind,
      String unit,
      String doc,
      List<String> required,
      List<String> optional,
      List<Double> buckets) {}

  record Event(String name, String doc, List<String> required, List<String> optional) {}

  record Alert(
      String name,
      String expr,
      Optional<String> lasting,
      String severity,
      String summary,
      String means,
      String action) {}

  record Panel(String row, String title, String unit, List<String[]> queries) {}

  private record Block(String kind, List<String> words, Map<String, List<String>> lines) {
    String one(String key) {
      List<String> found = lines.getOrDefault(key, List.of());
      if (found.size() != 1) {
        throw new IllegalStateException(words + ": expected one " + key + ", got " + found);
      }
      return found.get(0);
    }

    Optional<String> maybe(String key) {
      return lines.containsKey(key) ? Optional.of(one(key)) : Optional.empty();
    }

    List<String> attributes(boolean optional) {
      List<String> names = new ArrayList<>();
      for (String word : split(maybe("attributes").orElse(""))) {
        boolean bracketed = word.startsWith("[");
        if (bracketed == optional) {
          names.add(bracketed ? word.substring(1, word.length() - 1) : word);
        }
      }
      return names;
    }
  }

  static ContractFile read() {
    try (InputStream in =
        ContractFile.class.getResourceAsStream("/META-INF/cn-telemetry/contract.txt")) {
      String signals = new String(requireNonNull(in, "contract").readAllBytes(), UTF_8);
      return parse(signals + Files.readString(Path.of("contract/rules.txt"), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ContractFile parse(String text) {
    List<Block> blocks = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      if (!line.startsWith(" ")) {
        List<String> words = split(line);
        blocks.add(new Block(words.get(0), words.subList(1, words.size()), new LinkedHashMap<>()));
      } else {
        String[] pair = line.strip().split(" ", 2);
        blocks
            .get(blocks.size() - 1)
            .lines
            .computeIfAbsent(pair[0], k -> new ArrayList<>())
            .add(pair[1].strip());
      }
    }
    ContractFile file = new ContractFile(
        new LinkedHashMap<>(),
        new LinkedHashMap<>(),
        new LinkedHashMap<>(),
        new ArrayList<>(),
        new ArrayList<>());
    blocks.forEach(file::add);
    return file;
  }

  private void add(Block block) {
    String name = String.join(" ", block.words);
    switch (block.kind) {
      case "attribute" ->
        put(
            attributes,
            block.words.get(0),
            new Attribute(
                block.words.get(0),
                block.words.get(1),
                block.one("doc"),
                new LinkedHashSet<>(split(block.maybe("values").orElse("")))));
      case "metric" ->
        put(
            metrics,
            block.words.get(0),
            new Listed(
                block.words.get(0),
                block.words.get(1),
                block.words.get(2),
                block.one("doc"),
                block.attributes(false),
                block.attributes(true),
                split(block.maybe("buckets").orElse("")).stream()
                    .map(Double::valueOf)
                    .toList()));
      case "event" ->
        put(
            events,
            name,
            new Event(name, block.one("doc"), block.attributes(false), block.attributes(true)));
      case "alert" ->
        alerts.add(new Alert(
            name,
            block.one("expr"),
            block.maybe("for"),
            block.one("severity"),
            block.one("summary"),
            block.one("means"),
            block.one("action")));
      case "panel" ->
        panels.add(new Panel(
            block.one("row"),
            name,
            block.one("unit"),
            block.lines.getOrDefault("query", List.of()).stream()
                .map(q -> q.split(" \\| ", 2))
                .toList()));
      default -> throw new IllegalStateException("unknown block " + block.kind);
    }
  }

  private static <T> void put(Map<String, T> map, String name, T value) {
    if (map.put(name, value) != null) {
      throw new IllegalStateException("listed twice: " + name);
    }
  }

  private static List<String> split(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
  }
}
