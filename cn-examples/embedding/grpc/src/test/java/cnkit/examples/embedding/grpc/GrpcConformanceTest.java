package cnkit.examples.embedding.grpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Client;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GrpcConformanceTest extends Conformance {
  private static final int GOAWAY = 7;

  @Override
  protected String name() {
    return "gRPC-Java";
  }

  @Override
  protected Client connect(int port) {
    return new GrpcClient(port);
  }

  /** A method that nobody registered is answered before any interceptor. */
  @Override
  protected boolean seesUnknown() {
    return false;
  }

  @Override
  protected String route(String template) {
    return "/app/" + template.split("/", 3)[1];
  }

  @Override
  protected int onTheWire(int status) {
    return 200;
  }

  @Override
  protected void same(String probe, Client.Reply reply) {
    assertEquals(200, reply.status());
  }

  /** What HTTP/1 says in each answer, HTTP/2 says once to the connection; what is in flight on it still ends. */
  @Override
  @Test
  protected void drainingAnswersAskTheClientToLeave() throws Exception {
    Embedded server = embedded();
    int port = server.start(app());
    try (Client client = connect(port);
        Socket bystander = new Socket(InetAddress.getLoopbackAddress(), port)) {
      bystander.setSoTimeout(30_000);
      bystander
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(US_ASCII));
      CompletableFuture<Integer> held = CompletableFuture.supplyAsync(() -> {
        try {
          return client.get("/hold").status();
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      });
      await("in flight", () -> app().calls() == 1);
      server.leave();
      DataInputStream frames = new DataInputStream(bystander.getInputStream());
      int type;
      do {
        int header = frames.readInt();
        type = header & 0xff;
        frames.skipNBytes(5 + (header >>> 8));
      } while (type != GOAWAY);
      app().release();
      assertEquals(200, held.get(30, TimeUnit.SECONDS));
    } finally {
      server.stop();
    }
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final CompletableFuture<Server> running = new CompletableFuture<>();

      @Override
      public int start(App app) throws IOException {
        Server server = NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(GrpcGlue.health(app.health()))
            .addService(ServerInterceptors.intercept(
                Application.service(app), new GrpcGlue(app.inFlight(), app.telemetry())))
            .build()
            .start();
        running.complete(server);
        return server.getPort();
      }

      @Override
      public void leave() {
        running.join().shutdown();
      }

      @Override
      public void stop() throws InterruptedException {
        running.join().shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      }
    };
  }
}
