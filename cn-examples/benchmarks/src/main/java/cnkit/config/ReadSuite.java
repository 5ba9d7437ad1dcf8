package cnkit.config;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reading a setting: a field of a record, and with reloading one volatile load before it. */
@State(Scope.Benchmark)
@Suite(name = "config-read", title = "One setting read", threads = 1)
@Goal(of = "reloadable", to = "record", over = 3)
@Goal(of = "reloadable", bytes = 0)
public class ReadSuite {
  private final Thirty.Settings settings =
      Kit.builder(Thirty.variables()).load().value();
  private final Reloadable<Thirty.Settings> reloadable =
      Kit.builder(Thirty.variables()).reloadable();

  @Benchmark
  public int record() {
    return settings.port();
  }

  @Benchmark
  public int reloadable() {
    return reloadable.value().port();
  }
}
