package cnkit.resilience.testing;

import cnkit.core.testing.VirtualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** The server of a simulation at work: see {@link ServerModel}. */
final class ModelServer {
  /** To the server and back, for what it refuses: an answer never comes within the call that asks for it. */
  private static final Duration REFUSAL = Duration.ofMillis(1);

  /** No stack: there are millions. */
  private static final class Refused extends ConnectException {
    private static final long serialVersionUID = 1L;

    Refused() {
      super("connection refused");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /** No stack: there are millions. */
  private static final class Busy extends IOException {
    private static final long serialVersionUID = 1L;

    Busy() {
      super("the queue is full");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /** What a caller waits for; that he gives up costs no stack either. */
  private static final class Answer extends CompletableFuture<String> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return completeExceptionally(new GaveUp());
    }
  }

  private static final class GaveUp extends CancellationException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class Node {
    final ArrayDeque<CompletableFuture<String>> queue = new ArrayDeque<>();
    int busy;
    /** Work that was begun before a failure ends for nobody. */
    int life;

    double slowness = 1;
  }

  private final ServerModel model;
  private final VirtualTime time;
  private final SplittableRandom random;
  private final Node[] nodes;
  private final int workers;
  private final int places;
  private int next;
  private Fault fault = Fault.none(Duration.ofSeconds(1));
  private int sent;
  private int wasted;

  ModelServer(ServerModel model, VirtualTime time, SplittableRandom random) {
    this.model = model;
    this.time = time;
    this.random = random;
    this.workers = model.workersPerNode();
    this.places = model.queuePerNode();
    this.nodes = new Node[model.nodes()];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = new Node();
    }
  }

  /** The mean, times minus the logarithm of a number in (0, 1]: StrictMath, so that every JVM draws the same. */
  static long exponential(double mean, SplittableRandom random) {
    return (long) (mean * -StrictMath.log(1 - random.nextDouble()));
  }

  CompletableFuture<String> accept() {
    sent++;
    var answer = new Answer();
    if (fault instanceof Fault.Outage) {
      refuse(answer, new Refused());
    } else if (!(fault instanceof Fault.BlackHole)) {
      Node node = nodes[next];
      next = (next + 1) % nodes.length;
      if (node.busy < workers) {
        work(node, answer);
      } else if (node.queue.size() < places) {
        node.queue.add(answer);
      } else {
        refuse(answer, new Busy());
      }
    }
    return answer;
  }

  private void refuse(CompletableFuture<String> answer, Throwable why) {
    later(REFUSAL, () -> answer.completeExceptionally(why));
  }

  private void later(Duration delay, Runnable task) {
    var unused = time.schedule(delay, task);
  }

  private void work(Node node, CompletableFuture<String> answer) {
    node.busy++;
    int life = node.life;
    long nanos = exponential(model.service().toNanos() * node.slowness, random);
    later(Duration.ofNanos(nanos), () -> {
      if (life == node.life) {
        node.busy--;
        workOnNext(node); // first: who is answered may ask again at once
        if (!answer.complete("ok")) {
          wasted++;
        }
      }
    });
  }

  private void workOnNext(Node node) {
    while (node.busy < workers) {
      CompletableFuture<String> waiting = node.queue.poll();
      if (waiting == null) {
        return;
      }
      if (!(model.noticesCancel() && waiting.isDone())) {
        work(node, waiting);
      }
    }
  }

  void begin(Fault begun) {
    fault = begun;
    if (begun instanceof Fault.SlowNode slow) {
      nodes[0].slowness = slow.factor();
    } else if (begun instanceof Fault.Outage) {
      for (Node node : nodes) {
        node.queue.forEach(lost -> refuse(lost, new Refused()));
      }
      forget();
    } else if (begun instanceof Fault.BlackHole) {
      forget();
    }
  }

  private void forget() {
    for (Node node : nodes) {
      node.queue.clear();
      node.busy = 0;
      node.life++;
    }
  }

  void end() {
    fault = Fault.none(Duration.ofSeconds(1));
    nodes[0].slowness = 1;
  }

  int waiting() {
    int waiting = 0;
    for (Node node : nodes) {
      waiting += node.queue.size();
    }
    return waiting;
  }

  int takeSent() {
    int taken = sent;
    sent = 0;
    return taken;
  }

  int takeWasted() {
    int taken = wasted;
    wasted = 0;
    return taken;
  }
}
