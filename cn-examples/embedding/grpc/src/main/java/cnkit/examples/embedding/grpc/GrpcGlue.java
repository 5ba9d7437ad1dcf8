package cnkit.examples.embedding.grpc;

import static io.grpc.Status.Code.DATA_LOSS;
import static io.grpc.Status.Code.DEADLINE_EXCEEDED;
import static io.grpc.Status.Code.INTERNAL;
import static io.grpc.Status.Code.UNAVAILABLE;
import static io.grpc.Status.Code.UNIMPLEMENTED;
import static io.grpc.Status.Code.UNKNOWN;

import cnkit.health.Health;
import cnkit.health.ServingStatus;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.telemetry.HttpServerTelemetry;
import io.grpc.BindableService;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc.HealthImplBase;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.context.Scope;
import java.util.Set;

// spotless:off a whole embedding on one screen
/**
 * The kit in gRPC: {@code ServerInterceptors.intercept(service, new GrpcGlue(…))} around each service of yours, and {@code
 * GrpcGlue.health(health)} beside them for probes: {@code ""} is readiness. Clients are asked to leave by the server's own
 * {@code shutdown()}, which sends GOAWAY: make it the component's {@code stopIntake}. HTTP's status is 200 for every answer;
 * codes that are the server's fault are errors of the call.
 */
@SuppressWarnings("try") // the scope is there to be closed
public record GrpcGlue(InFlight inFlight, HttpServerTelemetry http) implements ServerInterceptor {
  private static final Set<Code> OURS = Set.of(UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS);
  private static Metadata.Key<String> key(String name) { return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER); }
  @Override public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> rpc, Metadata asked, ServerCallHandler<Q, A> next) {
    String path = '/' + rpc.getMethodDescriptor().getFullMethodName();
    var call = http.begin("POST", path, name -> asked.get(key(name))).route(path);
    Token token = inFlight.open(WorkKind.REQUEST, path);
    var ending = new SimpleForwardingServerCall<Q, A>(rpc) {
      @Override public void close(Status status, Metadata trailers) {
        if (OURS.contains(status.getCode())) call.end(200, status.asRuntimeException());
        if (token.refused()) trailers.put(key("grpc-retry-pushback-ms"), "1000");
        super.close(status, trailers);
      }
    };
    Listener<Q> listener = new Listener<>() {};
    try (Scope scope = call.makeCurrent()) {
      if (token.refused()) ending.close(Status.UNAVAILABLE.withDescription("shutting down"), new Metadata());
      else listener = next.startCall(ending, asked);
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override public void onHalfClose() {
        try (Scope scope = call.makeCurrent()) { super.onHalfClose(); }
        catch (RuntimeException | Error bug) { call.end(200, bug); throw bug; }
      }
      @Override public void onComplete() { super.onComplete(); call.end(200); token.close(); }
      @Override public void onCancel() { super.onCancel(); call.abort(); token.close(); }
    };
  }
  public static BindableService health(Health health) {
    return new HealthImplBase() {
      @Override public void check(HealthCheckRequest asked, StreamObserver<HealthCheckResponse> said) {
        var status = health.servingStatus(asked.getService());
        if (status == ServingStatus.SERVICE_UNKNOWN) { said.onError(Status.NOT_FOUND.asException()); return; }
        said.onNext(HealthCheckResponse.newBuilder().setStatusValue(status.number()).build());
        said.onCompleted();
      }
    };
  }
}
// spotless:on
