package cnkit.lifecycle.testing;

import cnkit.lifecycle.PodStanza;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares a manifest of the platform with the needs of a plan, so that a changed timeout fails a test and not a
 * deployment:
 *
 * <pre>{@code
 * PodManifest.assertMatches(lifecycle.podStanza().withProbePort(9090), Path.of("deploy/orders.yaml"));
 * }</pre>
 *
 * <p>It reads the text of a manifest with one container, in block or flow style. It is not a YAML parser: anchors,
 * placeholders of templates and a second container with probes are not understood, and what is not found counts as
 * missing.
 */
public final class PodManifest {
  private static final long KUBERNETES_DEFAULT_SECONDS = 30;
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private PodManifest() {}

  /**
   * Fails with all differences at once, and with the expected stanza.
   *
   * @param stanza what the plan needs
   * @param manifest the checked-in file
   * @throws AssertionError if the manifest does not match
   * @throws UncheckedIOException if it cannot be read
   */
  public static void assertMatches(PodStanza stanza, Path manifest) {
    try {
      assertMatches(stanza, Files.readString(manifest));
    } catch (IOException e) {
      throw new UncheckedIOException(manifest + " cannot be read", e);
    }
  }

  /**
   * As {@link #assertMatches(PodStanza, Path)}, for a text.
   *
   * @param stanza what the plan needs
   * @param manifest the manifest's text
   * @throws AssertionError if the manifest does not match
   */
  public static void assertMatches(PodStanza stanza, String manifest) {
    List<String> differences = differences(stanza, manifest);
    if (!differences.isEmpty()) {
      throw new AssertionError("the manifest does not match the shutdown plan:\n  "
          + String.join("\n  ", differences) + "\n\nexpected:\n" + stanza.toYaml());
    }
  }

  private static List<String> differences(PodStanza stanza, String manifest) {
    List<String> lines = lines(manifest);
    var differences = new ArrayList<String>();
    long needed = stanza.terminationGracePeriodSeconds();
    Optional<String> grace = value(lines, "terminationGracePeriodSeconds");
    if (grace.isEmpty() && needed > KUBERNETES_DEFAULT_SECONDS) {
      differences.add(
          "terminationGracePeriodSeconds: missing, which means 30, expected at least " + needed);
    } else if (grace.isPresent()
        && number(grace.get()).filter(given -> given >= needed).isEmpty()) {
      differences.add(
          "terminationGracePeriodSeconds: expected at least " + needed + ", got " + grace.get());
    }
    Duration preStop = preStop(lines);
    if (!preStop.equals(stanza.preStop())) {
      differences.add("preStop: expected a sleep of " + stanza.preStop().toSeconds() + " s, got "
          + (preStop.isNegative() ? "something that is no sleep" : preStop.toSeconds() + " s"));
    }
    probe(lines, "startupProbe", "/startupz", stanza, differences);
    probe(lines, "livenessProbe", "/livez", stanza, differences);
    probe(lines, "readinessProbe", "/readyz", stanza, differences);
    return differences;
  }

  private static void probe(
      List<String> lines, String name, String path, PodStanza stanza, List<String> differences) {
    List<String> block = block(lines, name);
    if (block.isEmpty()) {
      differences.add(name + ": missing");
      return;
    }
    String found = value(block, "path").orElse("(none)");
    if (!found.equals(path)) {
      differences.add(name + ".httpGet.path: expected " + path + ", got " + found);
    }
    String port = value(block, "port").orElse("(none)");
    // a port by its name is looked up by the platform
    if (!port.matches("[a-z][a-z0-9-]*") && !port.equals(Integer.toString(stanza.probePort()))) {
      differences.add(name + ".httpGet.port: expected " + stanza.probePort() + ", got " + port);
    }
    if (name.equals("startupProbe")) {
      long period = value(block, "periodSeconds").flatMap(PodManifest::number).orElse(10L);
      long failures =
          value(block, "failureThreshold").flatMap(PodManifest::number).orElse(3L);
      long given = period * failures;
      if (Duration.ofSeconds(given).compareTo(stanza.startDeadline()) < 0) {
        differences.add(name + ": periodSeconds x failureThreshold: expected at least "
            + stanza.startDeadline().toSeconds() + " s, the start deadline, got " + given + " s");
      }
    }
  }

  /** Zero when there is none, negative when it does something else than sleep. */
  private static Duration preStop(List<String> lines) {
    List<String> block = block(lines, "preStop");
    if (block.isEmpty()) {
      return Duration.ZERO;
    }
    String text = String.join(" ", block);
    Matcher sleep = Pattern.compile("sleep\\W+(?:seconds\\W+)?(\\d+)\\b").matcher(text);
    return sleep.find()
        ? Duration.ofSeconds(Long.parseLong(sleep.group(1)))
        : Duration.ofSeconds(-1);
  }

  /** Without comments and empty lines; a list's dash counts as indentation. */
  private static List<String> lines(String manifest) {
    var lines = new ArrayList<String>();
    for (String line : manifest.lines().toList()) {
      String bare = line.replaceAll("(^|\\s)#.*$", "").replaceAll("\\s+$", "");
      Matcher dash = Pattern.compile("^(\\s*)-(\\s)").matcher(bare);
      bare = dash.find() ? bare.replaceFirst("-", " ") : bare;
      if (!bare.isBlank()) {
        lines.add(bare);
      }
    }
    return lines;
  }

  /** The line with this key and all that is deeper after it. */
  private static List<String> block(List<String> lines, String key) {
    var block = new ArrayList<String>();
    int depth = -1;
    for (String line : lines) {
      int indent = line.length() - line.stripLeading().length();
      if (depth >= 0 && indent <= depth) {
        break;
      }
      if (depth >= 0) {
        block.add(line);
      } else if (line.strip().startsWith(key + ":")) {
        depth = indent;
        block.add(line);
      } else if (line.contains(key + ":")) { // within { }
        String rest = line.substring(line.indexOf(key + ":"));
        block.add(rest.substring(0, endOfFlow(rest)));
        break;
      }
    }
    return block;
  }

  private static int endOfFlow(String text) {
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      if (depth < 0 || (depth == 0 && (c == '}' || c == ']'))) {
        return depth < 0 ? i : i + 1;
      }
    }
    return text.length();
  }

  private static Optional<String> value(List<String> lines, String key) {
    Pattern pattern = Pattern.compile("(?:^|[\\s{,])\"?" + key + "\"?:\\s*\"?([^\\s,}\"']+)");
    for (String line : lines) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        return Optional.of(matcher.group(1));
      }
    }
    return Optional.empty();
  }

  private static Optional<Long> number(String text) {
    return NUMBER.matcher(text).matches() && text.length() < 10
        ? Optional.of(Long.parseLong(text))
        : Optional.empty();
  }
}
