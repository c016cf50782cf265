package io.ringhaul.console;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * A client that watches. It has no thread of its own: events wait in its queue until the client has
 * read those before. A client that does not read is dropped. Thread-safe.
 */
final class EventStream {

  /** So much may wait for a client, in bytes. */
  private static final long MOST_BYTES = 8L * 1024 * 1024;

  /** Small events are written together, up to this many bytes. */
  private static final int PIECE = 64 * 1024;

  /** How long a client may take to read a piece. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Optional<UUID> job;
  private final Deque<Event> queue = new ArrayDeque<>();
  private @Nullable Writing writing;
  private long queuedBytes;
  private boolean isClosed;
  private boolean isGreeted;

  /**
   * @param job the job that is watched; empty for all
   */
  EventStream(Optional<UUID> job) {
    this.job = job;
  }

  /** Begins to write to the client. */
  void open(Exchange exchange) {
    Writing opened = new Writing(exchange);
    synchronized (this) {
      writing = opened;
      // With it the head goes out: without anything a client would not know that it watches.
      queue.addFirst(Event.KEEP_ALIVE);
      queuedBytes += Event.KEEP_ALIVE.bytes().length;
    }
    opened.iterate();
  }

  Optional<UUID> job() {
    return job;
  }

  synchronized boolean isClosed() {
    return isClosed;
  }

  /** Whether it is closed and nothing is on its way to the client any more. */
  synchronized boolean isOver() {
    return isClosed && (writing == null || !writing.isUnderWay);
  }

  /** Whether this is the first time that it is asked. */
  synchronized boolean isNew() {
    boolean wasNew = !isGreeted;
    isGreeted = true;
    return wasNew;
  }

  /** Has these written after those that wait already. */
  void send(Collection<Event> events) {
    synchronized (this) {
      if (isClosed) {
        return;
      }
      for (Event event : events) {
        queue.add(event);
        queuedBytes += event.bytes().length;
      }
      if (queuedBytes > MOST_BYTES) {
        isClosed = true;
        queue.clear();
      }
    }
    write();
  }

  /** Drops the client. */
  void close() {
    synchronized (this) {
      isClosed = true;
      queue.clear();
    }
    write();
  }

  /** Drops the client if it has not read in time what was written. */
  void dropIfLate() {
    Writing open;
    synchronized (this) {
      open = writing;
    }
    if (open != null && open.isLate()) {
      Connections.close(open.exchange.connection());
    }
  }

  private void write() {
    Writing open;
    synchronized (this) {
      open = writing;
    }
    if (open != null) {
      open.iterate();
    }
  }

  /** What is to be written next; empty for nothing. */
  private synchronized ByteBuffer next() {
    ByteArrayOutputStream piece = new ByteArrayOutputStream();
    while (!queue.isEmpty() && (piece.size() == 0 || piece.size() < PIECE)) {
      piece.writeBytes(queue.remove().bytes());
    }
    queuedBytes -= piece.size();
    return ByteBuffer.wrap(piece.toByteArray());
  }

  private synchronized void abandon() {
    isClosed = true;
    queue.clear();
  }

  /** Writes one piece after the other. */
  private final class Writing extends IteratingCallback {

    private final Exchange exchange;
    private boolean isEnded;
    private volatile long since;
    private volatile boolean isUnderWay;

    Writing(Exchange exchange) {
      this.exchange = exchange;
    }

    boolean isLate() {
      return isUnderWay && System.nanoTime() - since > PATIENCE.toNanos();
    }

    @Override
    protected Action process() {
      isUnderWay = false;
      if (isEnded) {
        return Action.SUCCEEDED;
      }
      ByteBuffer piece = next();
      isEnded = !piece.hasRemaining() && EventStream.this.isClosed();
      if (!piece.hasRemaining() && !isEnded) {
        return Action.IDLE;
      }
      since = System.nanoTime();
      isUnderWay = true;
      exchange.response().write(isEnded, piece, this);
      return Action.SCHEDULED;
    }

    @Override
    protected void onCompleteSuccess() {
      exchange.end();
    }

    /** The client is gone, or does not read. */
    @Override
    protected void onCompleteFailure(Throwable cause) {
      isUnderWay = false;
      abandon();
      exchange.callback().failed(cause);
    }
  }
}
