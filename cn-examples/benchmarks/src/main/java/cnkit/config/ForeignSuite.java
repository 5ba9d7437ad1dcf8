package cnkit.config;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The cost of what is not ours: ten thousand variables of other people, each with thirty underscores. */
@State(Scope.Benchmark)
@Suite(
    name = "config-foreign",
    title = "Thirty settings among 10,000 foreign variables",
    threads = 1)
@Goal(of = "among", to = "alone", over = 2_000_000)
@Goal(of = "amongWithoutPrefix", to = "alone", over = 2_000_000)
public class ForeignSuite {
  private final ConfigBuilder<Thirty.Settings> alone = Kit.builder(Thirty.variables());
  private final ConfigBuilder<Thirty.Settings> among = Kit.builder(Thirty.among(10_000));
  private final ConfigBuilder<Thirty.Settings> bare = Kit.builder(bare()).noPrefix();

  private static Map<String, String> bare() {
    var variables = new java.util.HashMap<String, String>();
    Thirty.among(10_000)
        .forEach((name, value) ->
            variables.put(name.startsWith("APP_") ? name.substring("APP_".length()) : name, value));
    return variables;
  }

  @Benchmark
  public Object alone() {
    return alone.load();
  }

  @Benchmark
  public Object among() {
    return among.load();
  }

  @Benchmark
  public Object amongWithoutPrefix() {
    return bare.load();
  }
}
