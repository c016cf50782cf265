package io.ringhaul.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A local TCP proxy that adds latency in front of a node, and can cut the connection to it. Data
 * from the node to the client is delayed; the bandwidth and the direction to the node are not
 * changed.
 */
public final class DelayedLink implements AutoCloseable {

  private static final int CHUNK = 256 * 1024;

  /** Delayed bytes; an empty buffer marks the end of the stream. */
  private record Chunk(ByteBuffer bytes, long due) {}

  private final ServerSocket server;
  private final InetSocketAddress node;
  private volatile long delayNanos;
  private volatile boolean isCut;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private DelayedLink(ServerSocket server, InetSocketAddress node) {
    this.server = server;
    this.node = node;
  }

  /** Opens a port that forwards to the node. */
  public static DelayedLink to(InetSocketAddress node, int delayMillis) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    DelayedLink link = new DelayedLink(server, node);
    link.delay(delayMillis);
    start("accept", link::accept);
    return link;
  }

  /** Sets the delay of data that the node sends from now on. */
  public void delay(int delayMillis) {
    delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
  }

  /** Closes all connections, and closes new ones at once until {@link #restore}. */
  public void cut() throws IOException {
    isCut = true;
    closeConnections();
  }

  /** Accepts connections again. */
  public void restore() {
    isCut = false;
  }

  /** Returns the address for clients. */
  public InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      if (isCut) {
        client.close();
        continue;
      }
      Socket behind = new Socket(node.getAddress(), node.getPort());
      for (Socket each : new Socket[] {client, behind}) {
        each.setTcpNoDelay(true);
        open.add(each);
      }
      start("there", () -> client.getInputStream().transferTo(behind.getOutputStream()));
      BlockingQueue<Chunk> chunks = new LinkedBlockingQueue<>();
      start("back", () -> read(behind.getInputStream(), chunks));
      start("late", () -> write(chunks, client.getOutputStream()));
    }
  }

  private void read(InputStream from, BlockingQueue<Chunk> chunks) throws IOException {
    byte[] buffer = new byte[CHUNK];
    int length = from.read(buffer);
    while (length >= 0) {
      chunks.add(
          new Chunk(
              ByteBuffer.wrap(Arrays.copyOf(buffer, length)), System.nanoTime() + delayNanos));
      length = from.read(buffer);
    }
    chunks.add(new Chunk(ByteBuffer.allocate(0), 0));
  }

  private static void write(BlockingQueue<Chunk> chunks, OutputStream to)
      throws IOException, InterruptedException {
    Chunk chunk = chunks.take();
    while (chunk.bytes().hasRemaining()) {
      TimeUnit.NANOSECONDS.sleep(chunk.due() - System.nanoTime());
      to.write(chunk.bytes().array());
      to.flush();
      chunk = chunks.take();
    }
    to.close();
  }

  private interface Pump {
    void run() throws IOException, InterruptedException;
  }

  private static void start(String name, Pump pump) {
    Thread thread =
        new Thread(
            () -> {
              try {
                pump.run();
              } catch (IOException | InterruptedException e) {
                // The connection was closed.
              }
            },
            "link-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    closeConnections();
  }

  private void closeConnections() throws IOException {
    for (Socket each : open) {
      each.close();
    }
    open.clear();
  }
}
