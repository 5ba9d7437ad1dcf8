package cnkit.examples.embedding.netty;

import static io.netty.buffer.Unpooled.copiedBuffer;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderValues.CLOSE;
import static io.netty.handler.codec.http.HttpVersion.HTTP_1_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import cnkit.health.Health;
import cnkit.health.ProbeReply;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.opentelemetry.context.Scope;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.function.UnaryOperator;

// spotless:off a whole embedding on one screen
/**
 * The kit in Netty: one {@code handler()} for each channel, behind {@code HttpServerCodec}, {@code
 * HttpServerKeepAliveHandler} (which closes after an answer that says so) and {@code HttpObjectAggregator}, before your handler.
 *
 * @param route answers the template of a path, or empty when there is none
 */
@SuppressWarnings({"try", "FutureReturnValueIgnored"}) // the scope is there to be closed; write() hears of it
public record NettyGlue(Health health, InFlight inFlight, HttpServerTelemetry http, UnaryOperator<String> route) {
  private record Work(ServerCall call, Token token) {
    void end(int code) { if (code == 0) call.abort(); else call.end(code); token.close(); }
  }
  public ChannelHandler handler() { return new ChannelDuplexHandler() {
    private final ArrayDeque<Work> underWay = new ArrayDeque<>(); // answers leave in the order of the requests
    private int status;
    @Override public void channelRead(ChannelHandlerContext channel, Object message) {
      var asked = (FullHttpRequest) message;
      var uri = new QueryStringDecoder(asked.uri());
      String method = asked.method().name();
      var probe = health.answer(method, uri.rawPath(), uri.rawQuery(), asked.headers().get("Accept"));
      ServerCall call = http.begin(method, asked.uri(), asked.headers()::get).route(route.apply(uri.path()));
      Token token = inFlight.open(probe.isPresent() ? WorkKind.PROBE : WorkKind.REQUEST, method + ' ' + uri.path());
      underWay.add(new Work(call, token));
      try (Scope scope = call.makeCurrent()) {
        if (probe.isEmpty() && !token.refused()) { channel.fireChannelRead(asked); return; }
      }
      asked.release();
      HttpResponseStatus code = HttpResponseStatus.valueOf(probe.map(ProbeReply::status).orElse(503));
      var said = new DefaultFullHttpResponse(HTTP_1_1, code, copiedBuffer(probe.map(ProbeReply::text).orElse(""), UTF_8));
      var headers = probe.map(ProbeReply::headers).orElse(Map.of("Retry-After", "1", "Content-Length", "0"));
      headers.forEach((name, value) -> said.headers().set(name, value));
      channel.pipeline().writeAndFlush(said);
    }
    @Override public void write(ChannelHandlerContext channel, Object message, ChannelPromise promise) {
      if (message instanceof HttpResponse said) status = said.status().code();
      int code = status;
      if (message instanceof HttpResponse said && inFlight.draining()) said.headers().set(CONNECTION, CLOSE);
      Work done = message instanceof LastHttpContent ? underWay.poll() : null;
      ChannelFuture sent = channel.write(message, promise.unvoid());
      if (done != null) sent.addListener(written -> done.end(written.isSuccess() ? code : 0));
    }
    @Override public void channelInactive(ChannelHandlerContext channel) {
      while (!underWay.isEmpty()) underWay.remove().end(0);
      channel.fireChannelInactive();
    }
  }; }
}
// spotless:on
