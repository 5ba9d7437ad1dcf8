package cnkit.config;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What binding thirty settings costs when all code is warm, as at a reload: the kit reads its variables, keeps where each
 * value came from, and makes the record.
 */
@State(Scope.Benchmark)
@Suite(name = "config-bind", title = "Thirty settings bound from variables, warm", threads = 1)
@Goal(of = "kit", nanos = 5_000)
@Goal(of = "kit", bytes = 8_192)
public class BindSuite {
  private final Map<String, String> variables = Thirty.variables();
  private final Map<String, String> iso = Thirty.iso();
  private final Map<String, String> dotted = GestaltPeer.dotted(variables);
  private final ConfigBuilder<Thirty.Settings> kit = Kit.builder(variables);

  /** Each once, so that nothing is measured that does not work. */
  public BindSuite() {
    Object expected = HandWritten.bind(iso);
    if (!expected.equals(Spring.bind(variables)) || !expected.equals(GestaltPeer.bind(dotted))) {
      throw new IllegalStateException("a peer reads something else");
    }
  }

  @Benchmark
  public Object limit() {
    return HandWritten.bind(iso);
  }

  @Benchmark
  public Object kit() {
    return kit.load();
  }

  @Benchmark
  public Object smallrye() {
    return SmallRye.bind(iso);
  }

  @Benchmark
  public Object spring() {
    return Spring.bind(variables);
  }

  @Benchmark
  public Object gestalt() {
    return GestaltPeer.bind(dotted);
  }
}
