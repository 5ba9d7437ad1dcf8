package cnkit.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cnkit.core.internal.SystemTime;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** No socket here: the client answers a cancelled body in whichever way and order the test says. */
class OutboundExchangeTest {
  @Test
  void whatTheClientSaysOfTheClosedConnectionDoesNotHideThatTheTimeWasOver() {
    assertLate(body -> body.onError(new IOException("closed")));
  }

  @Test
  void aBodyCutByTheTimeoutIsNeverTakenForComplete() {
    assertLate(BodySubscriber::onComplete);
  }

  @Test
  void aClientThatStaysSilentAfterTheTimeoutLeavesNoReaderHanging() {
    assertLate(body -> {});
  }

  private static void assertLate(Consumer<BodySubscriber<String>> onCancel) {
    var exchange = new OutboundExchange<String>(
        ClientCall.silent(Context.root()),
        "GET somewhere",
        Duration.ofSeconds(1),
        Runnable::run,
        SystemTime.SHARED);
    BodySubscriber<String> body = exchange.watched(BodyHandlers.ofString()).apply(new Answered());
    body.onSubscribe(new Flow.Subscription() {
      @Override
      public void request(long n) {}

      @Override
      public void cancel() {
        onCancel.accept(body);
      }
    });
    body.onNext(List.of(ByteBuffer.wrap("half of i".getBytes(UTF_8))));
    exchange.expire();
    var late = assertThrows(
        CompletionException.class, () -> body.getBody().toCompletableFuture().join());
    assertInstanceOf(HttpTimeoutException.class, late.getCause());
  }

  private record Answered() implements HttpResponse.ResponseInfo {
    @Override
    public int statusCode() {
      return 200;
    }

    @Override
    public HttpHeaders headers() {
      return HttpHeaders.of(Map.of(), (name, value) -> true);
    }

    @Override
    public HttpClient.Version version() {
      return HttpClient.Version.HTTP_1_1;
    }
  }
}
