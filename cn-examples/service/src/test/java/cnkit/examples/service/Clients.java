package cnkit.examples.service;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Clients that place orders until told to stop, each order under a key of its own and until it is acknowledged. */
final class Clients {
  /** By key: the answer that acknowledged it. */
  final Map<String, JsonNode> acknowledged = new ConcurrentHashMap<>();

  final AtomicLong refusals = new AtomicLong();
  private final HttpClient http = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(Duration.ofSeconds(5))
      .build();
  private final Supplier<URI> target;
  private final List<Thread> threads = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private volatile boolean stopping;

  /** {@code target} is asked before each attempt: where orders are posted to. */
  Clients(int count, Supplier<URI> target) {
    this.target = target;
    for (int i = 0; i < count; i++) {
      String client = "client-" + i + "-";
      Thread thread = new Thread(() -> place(client), client);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  /** Until so many orders have been acknowledged since the call. */
  void awaitMore(int orders) throws InterruptedException {
    int goal = acknowledged.size() + orders;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (acknowledged.size() < goal) {
      if (System.nanoTime() - deadline >= 0) {
        throw new AssertionError("only " + acknowledged.size() + " of " + goal + " orders");
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** No new orders; those under way are still brought to their end. */
  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(90));
      if (thread.isAlive()) {
        throw new AssertionError(thread.getName() + " was never answered");
      }
    }
    synchronized (wrong) {
      if (!wrong.isEmpty()) {
        throw new AssertionError(wrong);
      }
    }
  }

  private void place(String client) {
    for (int n = 0; !stopping; n++) {
      String key = client + n;
      int quantity = 1 + n % 5;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(80);
      while (System.nanoTime() - deadline < 0 && !attempt(key, quantity)) {
        refusals.incrementAndGet();
        pause();
      }
    }
  }

  /** Whether this key is done with. Anything but an acknowledgement leaves it open, and the same order is sent again. */
  private boolean attempt(String key, int quantity) {
    try {
      HttpRequest request = HttpRequest.newBuilder(target.get())
          .timeout(Duration.ofSeconds(20))
          .header("Idempotency-Key", key)
          .POST(HttpRequest.BodyPublishers.ofString(
              "{\"sku\":\"apple pie\",\"quantity\":" + quantity + "}"))
          .build();
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      int status = response.statusCode();
      if (status == 200 || status == 201) {
        JsonNode order = ServiceProcess.json(response.body());
        if (order.path("quantity").asInt() != quantity) {
          complain(key + " became " + order);
        }
        acknowledged.put(key, order);
        return true;
      }
      if (status != 503) {
        complain(key + ": " + status + ' ' + response.body());
        return true;
      }
      return false;
    } catch (IOException away) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void complain(String what) {
    synchronized (wrong) {
      wrong.add(what);
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(20 + ThreadLocalRandom.current().nextInt(60));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
