package cnkit.examples.embedding.netty;

import static java.nio.charset.StandardCharsets.UTF_8;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;

class NettyConformanceTest extends Conformance {
  @Override
  protected String name() {
    return "Netty 4.2";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final EventLoopGroup loops =
          new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());

      @Override
      public int start(App app) throws InterruptedException {
        NettyGlue glue = new NettyGlue(app.health(), app.inFlight(), app.telemetry(), App::route);
        ChannelInitializer<Channel> pipeline = new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addLast(new HttpServerCodec())
                .addLast(new HttpServerKeepAliveHandler())
                .addLast(new HttpObjectAggregator(65_536))
                .addLast(glue.handler())
                .addLast(new Application(app));
          }
        };
        Channel listening = new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(pipeline)
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
        return ((InetSocketAddress) listening.localAddress()).getPort();
      }

      @Override
      public void stop() throws InterruptedException {
        loops.shutdownGracefully(0, 5, java.util.concurrent.TimeUnit.SECONDS).sync();
      }
    };
  }

  /** Nothing may block an event loop: every answer comes later. */
  @SuppressWarnings("FutureReturnValueIgnored") // whatever comes of it becomes an answer
  private static final class Application extends SimpleChannelInboundHandler<FullHttpRequest> {
    private final App app;

    Application(App app) {
      this.app = app;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext channel, FullHttpRequest asked) {
      app.later(asked.uri())
          .whenComplete((answer, failure) ->
              write(channel, failure == null ? answer : new Answer(500, "failed")));
    }

    private static void write(ChannelHandlerContext channel, Answer answer) {
      var said = new DefaultFullHttpResponse(
          HttpVersion.HTTP_1_1,
          HttpResponseStatus.valueOf(answer.status()),
          Unpooled.copiedBuffer(answer.body(), UTF_8));
      said.headers().set(HttpHeaderNames.CONTENT_LENGTH, said.content().readableBytes());
      channel.writeAndFlush(said, channel.voidPromise());
    }
  }
}
