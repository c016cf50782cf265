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
 * Many who watch one job; one thread hears for all of them, so that they cost little themselves.
 * Whoever is refused or dropped counts no more.
 */
public final class WatchingCrowd implements AutoCloseable {

  private static final int BUFFER = 1 << 16;
  private static final String ADMITTED = "HTTP/1.1 200";

  private final Selector selector;
  private final Thread listener;
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicInteger watching = new AtomicInteger();

  /**
   * Connects them.
   *
   * @param console the console's address
   * @param job the job's id
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
      // All is closed.
    }
  }

  /** A key has an attachment once its watcher was admitted. */
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

  /** How many were admitted and are still told. */
  public int watching() {
    return watching.get();
  }

  /** What all of them have heard by now. */
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
