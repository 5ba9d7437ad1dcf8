package cnkit.resilience.testing;

import java.time.Duration;

/**
 * A fault of a server, or a change of its load, for a limited time. Immutable.
 *
 * <pre>{@code
 * storm.assertRecoversFrom(Fault.outage(Duration.ofSeconds(30)));
 * }</pre>
 */
public sealed interface Fault {
  /** {@return how long it lasts, from 1 s to 1 hour} */
  Duration lasting();

  /**
   * No fault, to see the behaviour under normal conditions.
   *
   * @param lasting for how long nothing happens
   */
  record None(Duration lasting) implements Fault {
    public None {
      checkLasting(lasting);
    }
  }

  /**
   * Connections are refused, and requests in progress are lost.
   *
   * @param lasting how long it lasts
   */
  record Outage(Duration lasting) implements Fault {
    public Outage {
      checkLasting(lasting);
    }
  }

  /**
   * Requests are accepted and never answered, including those in progress.
   *
   * @param lasting how long it lasts
   */
  record BlackHole(Duration lasting) implements Fault {
    public BlackHole {
      checkLasting(lasting);
    }
  }

  /**
   * The first node takes longer for each request.
   *
   * @param lasting how long it lasts
   * @param factor how many times as long: above 1 to 1,000
   */
  record SlowNode(Duration lasting, double factor) implements Fault {
    public SlowNode {
      checkLasting(lasting);
      Range.check("factor", factor, 1, 1_000);
    }
  }

  /**
   * More calls arrive than usual.
   *
   * @param lasting how long it lasts
   * @param factor how many times as many: above 1 to 100
   */
  record Spike(Duration lasting, double factor) implements Fault {
    public Spike {
      checkLasting(lasting);
      Range.check("factor", factor, 1, 100);
    }
  }

  /**
   * Connections are refused.
   *
   * @param lasting 1 s to 1 hour
   * @return the trouble
   */
  static Fault outage(Duration lasting) {
    return new Outage(lasting);
  }

  /**
   * Requests are never answered.
   *
   * @param lasting 1 s to 1 hour
   * @return the trouble
   */
  static Fault blackHole(Duration lasting) {
    return new BlackHole(lasting);
  }

  /**
   * One node is slow.
   *
   * @param lasting 1 s to 1 hour
   * @param factor how many times as long it needs: 1 to 1,000
   * @return the trouble
   */
  static Fault slowNode(Duration lasting, double factor) {
    return new SlowNode(lasting, factor);
  }

  /**
   * The load is higher.
   *
   * @param lasting 1 s to 1 hour
   * @param factor how many times as much: 1 to 100
   * @return the trouble
   */
  static Fault spike(Duration lasting, double factor) {
    return new Spike(lasting, factor);
  }

  /**
   * No fault.
   *
   * @param lasting 1 s to 1 hour
   * @return no trouble
   */
  static Fault none(Duration lasting) {
    return new None(lasting);
  }

  private static void checkLasting(Duration lasting) {
    Range.check("lasting", lasting, Duration.ofSeconds(1), Duration.ofHours(1));
  }
}
