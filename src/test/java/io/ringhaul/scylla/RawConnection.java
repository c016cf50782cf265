package io.ringhaul.scylla;

import com.datastax.oss.driver.internal.core.protocol.ByteBufPrimitiveCodec;
import com.datastax.oss.protocol.internal.Compressor;
import com.datastax.oss.protocol.internal.Frame;
import com.datastax.oss.protocol.internal.FrameCodec;
import com.datastax.oss.protocol.internal.Message;
import com.datastax.oss.protocol.internal.request.Options;
import com.datastax.oss.protocol.internal.request.Startup;
import com.datastax.oss.protocol.internal.response.Ready;
import com.datastax.oss.protocol.internal.response.Supported;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A connection that sends one message at a time and waits for its answer. */
final class RawConnection implements AutoCloseable {

  private static final int HEADER = 9;

  private static final FrameCodec<ByteBuf> CODEC =
      FrameCodec.defaultClient(
          new ByteBufPrimitiveCodec(UnpooledByteBufAllocator.DEFAULT), Compressor.none());

  private final Socket socket;
  private final DataInputStream input;

  RawConnection(InetSocketAddress node) throws IOException {
    this.socket = new Socket(node.getAddress(), node.getPort());
    this.input = new DataInputStream(socket.getInputStream());
  }

  /** Opens a connection and enables extensions of the protocol. */
  static RawConnection open(InetSocketAddress node, Map<String, String> extensions)
      throws IOException {
    RawConnection connection = new RawConnection(node);
    Map<String, String> options = new LinkedHashMap<>(extensions);
    options.put(Startup.CQL_VERSION_KEY, "3.0.0");
    Message answer = connection.ask(4, new Startup(options)).message;
    if (!(answer instanceof Ready)) {
      connection.close();
      throw new IOException("Not ready: " + answer);
    }
    return connection;
  }

  /** Returns the options that a node supports. */
  static Map<String, List<String>> supported(InetSocketAddress node) throws IOException {
    try (RawConnection connection = new RawConnection(node)) {
      return ((Supported) connection.ask(4, Options.INSTANCE).message).options;
    }
  }

  /** Sends a message with version 4 of the protocol. */
  Frame ask(Message message) throws IOException {
    return ask(4, message);
  }

  Frame ask(int version, Message message) throws IOException {
    ByteBuf request = CODEC.encode(Frame.forRequest(version, 1, false, Frame.NO_PAYLOAD, message));
    request.readBytes(socket.getOutputStream(), request.readableBytes());
    byte[] header = input.readNBytes(HEADER);
    ByteBuf frame = Unpooled.buffer().writeBytes(header);
    frame.writeBytes(input.readNBytes(frame.getInt(5)));
    return CODEC.decode(frame);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
