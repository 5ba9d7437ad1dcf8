package cnkit.health;

import java.util.List;
import java.util.Optional;

/**
 * The plain answers, made once whenever a name or a state changes and then handed out as they are. Of readiness there
 * are two: {@code stale} is what the reader takes when the results that {@code ready} rests on have become too old.
 */
record Pages(Pair live, Pair ready, Pair stale, Pair startup) {
  /** With and without a body. */
  record Pair(Optional<ProbeReply> get, Optional<ProbeReply> head) {
    static Pair of(Page page) {
      ProbeReply reply = reply(page, Renderer.text());
      return new Pair(Optional.of(reply), Optional.of(reply.headOnly()));
    }

    Optional<ProbeReply> answer(boolean head) {
      return head ? this.head : get;
    }
  }

  static ProbeReply reply(Page page, Renderer renderer) {
    return ProbeReply.of(page.passing() ? 200 : 503, renderer.contentType(), renderer.render(page));
  }

  static Pages of(HealthReport report) {
    Page ready = Selection.probe(report, Probe.READY, false, false);
    Pair readyPair = Pair.of(ready);
    return new Pages(
        Pair.of(Selection.probe(report, Probe.LIVE, false, false)),
        readyPair,
        ready.passing() ? Pair.of(tooOld(ready)) : readyPair,
        Pair.of(Selection.probe(report, Probe.STARTUP, false, false)));
  }

  /** Which check it is depends on the moment; this is prepared before, so it says where to look. */
  private static Page tooOld(Page ready) {
    List<String> notes = List.of("results too old, see ?verbose");
    return new Page(
        ready.title(), false, HealthStatus.UNKNOWN, notes, ready.checks(), ready.warnings(), false);
  }

  Pair of(Probe probe, boolean fresh) {
    return switch (probe) {
      case LIVE -> live;
      case READY -> fresh ? ready : stale;
      case STARTUP -> startup;
    };
  }
}
