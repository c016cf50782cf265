package io.ringhaul.console;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Many clients that watch one job. One thread reads for all of them, so that the clients cost
 * little. Refused and dropped clients are not counted.
 */
public final class WatchingCrowd implements AutoCloseable {

  private static final int BUFFER = 1 << 16;
  private static final String ADMITTED = "HTTP/1.1 200";

  private final Selector selector;
  private final Thread listener;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger watching = new AtomicInteger();

  /**
   * Connects the clients.
   *
   * @param console the address of the console
   * @param job the job id
   */
  public WatchingCrowd(URI console, String job, int size) throws IOException {
    selector = Selector.open();
    String head =
        "GET /api/events?job="
            + job
            + " HTTP/1.1\r\nHost: localhost:"
            + console.getPort()
            + "\r\n\r\n";
    for (int i = 0; i < size; i++) {
      SocketChannel channel =
          SocketChannel.open(new InetSocketAddress(console.getHost(), console.getPort()));
      channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
    }
    listener = new Thread(this::listen, "crowd");
    listener.setDaemon(true);
    listener.start();
  }

  private void listen() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    try {
      while (selector.isOpen()) {
        selector.select(
            key -> {
              buffer.clear();
              hear(key, buffer);
            });
      }
    } catch (IOException | ClosedSelectorException e) {
      // All connections are closed.
    }
  }

  /** A key has an attachment once its client was admitted. */
  private void hear(SelectionKey key, ByteBuffer buffer) {
    int count = read((SocketChannel) key.channel(), buffer);
    boolean isAdmitted = key.attachment() != null;
    if (count > 0) {
      bytes.addAndGet(count);
    }
    if (count > 0 && !isAdmitted && isAdmission(buffer.flip())) {
      key.attach(ADMITTED);
      watching.incrementAndGet();
    } else if (count < 0 || !isAdmitted) {
      key.cancel();
      if (isAdmitted) {
        watching.decrementAndGet();
      }
    }
  }

  private static boolean isAdmission(ByteBuffer head) {
    return StandardCharsets.ISO_8859_1.decode(head).toString().startsWith(ADMITTED);
  }

  private static int read(SocketChannel channel, ByteBuffer buffer) {
    try {
      return channel.read(buffer);
    } catch (IOException e) {
      return -1;
    }
  }

  /** Returns the number of admitted clients that still receive events. */
  public int watching() {
    return watching.get();
  }

  /** Returns the number of bytes received by all clients. */
  public long bytes() {
    return bytes.get();
  }

  @Override
  public void close() throws IOException, InterruptedException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
    listener.join();
  }
}
