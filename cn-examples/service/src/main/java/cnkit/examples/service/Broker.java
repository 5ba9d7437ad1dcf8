package cnkit.examples.service;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.PublishOptions;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Events into the JetStream stream ORDERS, on subjects orders.TYPE; what comes twice within minutes is kept once. */
final class Broker implements Outbox.Publisher {
  final Pipeline pipeline = Pipeline.builder("broker")
      .deadline(ofSeconds(3))
      .retry(RetrySettings.exponential(ofMillis(100)).withAttempts(3))
      .breaker(Breaker.of(
          "broker", BreakerSettings.countWindow(10).withMinimumCalls(5).withOpenTime(ofSeconds(3))))
      .build();
  private final JetStreamOptions bounded =
      JetStreamOptions.builder().requestTimeout(ofSeconds(2)).build();
  private final Options options;
  private Optional<Connection> connection = Optional.empty();
  private boolean streamKnown;

  Broker(URI url) {
    options = Options.builder()
        .server(url.toString())
        .connectionTimeout(ofSeconds(2))
        .maxReconnects(-1)
        .reconnectWait(ofMillis(250))
        .reconnectBufferSize(0) // while it is away a message fails here and stays in the outbox
        .build();
  }

  /** Called by the worker alone. */
  @Override
  public void publish(String id, String type, String payload)
      throws IOException, InterruptedException {
    byte[] body = payload.getBytes(StandardCharsets.UTF_8);
    PublishOptions once = PublishOptions.builder().messageId(id).build();
    pipeline.call(attempt -> {
      try {
        return connected().jetStream(bounded).publish("orders." + type, body, once);
      } catch (IOException | JetStreamApiException | IllegalStateException failed) {
        streamKnown = false;
        throw new IOException("NATS: " + failed.getMessage(), failed);
      }
    });
  }

  private Connection connected() throws IOException, InterruptedException, JetStreamApiException {
    if (connection.isEmpty()) {
      connection = Optional.of(Nats.connect(options));
    }
    if (!streamKnown) {
      connection
          .get()
          .jetStreamManagement(bounded)
          .addStream(StreamConfiguration.builder()
              .name("ORDERS")
              .subjects("orders.>")
              .storageType(StorageType.File)
              .build());
      streamKnown = true;
    }
    return connection.get();
  }

  @Override
  public void close() throws InterruptedException {
    if (connection.isPresent()) {
      connection.get().close();
    }
  }
}
