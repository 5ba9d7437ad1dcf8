package cnkit.resilience.testing;

import cnkit.core.testing.VirtualTime;
import cnkit.resilience.Attempt;
import cnkit.resilience.CallOutcome;
import cnkit.resilience.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** One simulation: clients, their calls and the server on one clock; every event is a task of that clock. */
final class World {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final int OFFERED = 0;

  private static final int SUCCEEDED = 1;
  private static final int FAILED = 2;
  private static final int REJECTED = 3;

  private final Storm storm;
  private final Fault fault;
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 5_000_000_000L);
  private final SplittableRandom random;
  private final ModelServer server;
  private final List<Pipeline> pipelines = new ArrayList<>();
  private final int[] calls = new int[4];
  private final List<StormReport.Second> seconds = new ArrayList<>();
  private final double peak;
  private boolean troubled;

  World(Storm storm, Fault fault) {
    this.storm = storm;
    this.fault = fault;
    this.random = new SplittableRandom(storm.seed);
    this.server = new ModelServer(storm.server, time, random.split());
    this.peak = fault instanceof Fault.Spike spike ? spike.factor() : 1;
  }

  StormReport run() {
    for (int i = 0; i < storm.clients; i++) {
      Pipeline pipeline = new Storm.Client(i, time, random.split()).build(storm.policy);
      pipelines.add(pipeline);
      awaitCall(pipeline, random.split());
    }
    later(storm.calm, () -> {
      troubled = true;
      server.begin(fault);
    });
    later(storm.calm.plus(fault.lasting()), () -> {
      troubled = false;
      server.end();
    });
    Duration least = storm.calm.plus(fault.lasting()).plusSeconds(20);
    Duration lasting = storm.lasting.compareTo(least) > 0 ? storm.lasting : least;
    for (long i = 0; i < lasting.toSeconds(); i++) {
      time.advance(SECOND);
      seconds.add(new StormReport.Second(
          calls[OFFERED],
          calls[SUCCEEDED],
          calls[FAILED],
          calls[REJECTED],
          server.takeSent(),
          server.takeWasted(),
          server.waiting()));
      Arrays.fill(calls, 0);
    }
    return new StormReport(fault, storm.calm, seconds);
  }

  List<Pipeline> pipelines() {
    return pipelines;
  }

  ModelServer server() {
    return server;
  }

  private void later(Duration delay, Runnable task) {
    var unused = time.schedule(delay, task);
  }

  /** Calls come at the rate of a spike all the time; outside of one the surplus is left out. */
  private void awaitCall(Pipeline pipeline, SplittableRandom chance) {
    double perNano = storm.load * peak / storm.clients / 1e9;
    long nanos = ModelServer.exponential(1 / perNano, chance);
    later(Duration.ofNanos(nanos), () -> {
      if (troubled || peak == 1 || chance.nextDouble() * peak < 1) {
        call(pipeline);
      }
      awaitCall(pipeline, chance);
    });
  }

  private void call(Pipeline pipeline) {
    calls[OFFERED]++;
    var unused = pipeline
        .tryCallAsync(Runnable::run, this::send)
        .whenComplete((outcome, broken) -> count(outcome));
  }

  private CompletableFuture<String> send(Attempt attempt) {
    return server.accept();
  }

  private void count(CallOutcome<String> outcome) {
    if (outcome instanceof CallOutcome.Success<String> success && !success.late()) {
      calls[SUCCEEDED]++;
    } else if (outcome instanceof CallOutcome.Rejected<String>) {
      calls[REJECTED]++;
    } else {
      calls[FAILED]++;
    }
  }
}
