package cnkit.examples.embedding.grpc;

import static java.nio.charset.StandardCharsets.UTF_8;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The application as a gRPC service whose messages are plain text. */
final class Application {
  private static final List<String> METHODS = List.of(
      "work",
      "work-later",
      "hold",
      "hold-later",
      "trace",
      "trace-later",
      "fail",
      "fail-later",
      "orders",
      "status");
  private static final MethodDescriptor.Marshaller<String> TEXT =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(String value) {
          return new ByteArrayInputStream(value.getBytes(UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
          try {
            return new String(stream.readAllBytes(), UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private Application() {}

  static MethodDescriptor<String, String> method(String target) {
    return MethodDescriptor.newBuilder(TEXT, TEXT)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName("app/" + List.of(target.split("[/?]", -1)).get(1))
        .build();
  }

  static ServerServiceDefinition service(App app) {
    ServerServiceDefinition.Builder service = ServerServiceDefinition.builder("app");
    for (String name : METHODS) {
      service.addMethod(
          method("/" + name),
          ServerCalls.asyncUnaryCall((target, said) -> handle(app, target, said)));
    }
    return service.build();
  }

  private static void handle(App app, String target, StreamObserver<String> said) {
    if (App.isLater(target)) {
      app.later(target).whenComplete((answer, failure) -> {
        if (failure == null) {
          write(answer, said);
        } else {
          said.onError(Status.INTERNAL.withCause(App.cause(failure)).asException());
        }
      });
    } else {
      write(app.answer(target), said);
    }
  }

  private static void write(Answer answer, StreamObserver<String> said) {
    switch (answer.status()) {
      case 200 -> {
        said.onNext(answer.body());
        said.onCompleted();
      }
      case 404 -> said.onError(Status.NOT_FOUND.asException());
      case 503 -> said.onError(Status.UNAVAILABLE.asException());
      default -> said.onError(Status.INTERNAL.asException());
    }
  }
}
