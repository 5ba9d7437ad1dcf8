package cnkit.examples.embedding.grpc;

import cnkit.examples.embedding.Client;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The suite's requests as unary calls: {@code /orders/7} is {@code app/orders} with that text as its message. */
final class GrpcClient implements Client {
  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel channel;

  GrpcClient(int port) {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  @Override
  public Reply get(String target, Map<String, String> headers) throws IOException {
    try {
      if (target.matches("/(livez|readyz|startupz).*")) {
        return probe(target);
      }
      Metadata sent = new Metadata();
      headers.forEach((name, value) ->
          sent.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
      String body = ClientCalls.blockingUnaryCall(
          ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(sent)),
          Application.method(target),
          CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
          target);
      return new Reply(200, Map.of(), body, leave());
    } catch (StatusRuntimeException failed) {
      if (failed.getCause() instanceof IOException connection) {
        throw connection instanceof ConnectException
            ? (ConnectException) new ConnectException(target).initCause(connection)
            : connection;
      }
      boolean leave = failed.getStatus().getCode() == Status.Code.UNAVAILABLE;
      String retry = Optional.ofNullable(failed.getTrailers())
          .map(trailers -> trailers.get(PUSHBACK))
          .map(millis -> millis.replace("000", ""))
          .orElse("");
      return new Reply(
          status(failed.getStatus().getCode()), Map.of("retry-after", retry), "", leave);
    }
  }

  private Reply probe(String target) {
    List<String> parts = List.of(target.split("[/?]", -1));
    String service = parts.size() > 2 && !target.contains("?") ? parts.get(2) : parts.get(1);
    return new Reply(serving(service) ? 200 : 503, Map.of(), "", leave());
  }

  private boolean leave() {
    try {
      return !serving("");
    } catch (StatusRuntimeException gone) {
      return true;
    }
  }

  private boolean serving(String service) {
    return HealthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .check(HealthCheckRequest.newBuilder().setService(service).build())
            .getStatus()
        == ServingStatus.SERVING;
  }

  private static int status(Status.Code code) {
    return switch (code) {
      case NOT_FOUND, UNIMPLEMENTED -> 404;
      case UNAVAILABLE -> 503;
      default -> 500;
    };
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it: that is the point
  public void send(String target) {
    ClientCalls.futureUnaryCall(
        channel.newCall(Application.method(target), CallOptions.DEFAULT), target);
  }

  @Override
  public void reset() {
    channel.shutdownNow();
  }

  @Override
  public boolean closedByServer() {
    return false;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
