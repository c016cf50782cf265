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
 * One client of the event stream. It uses no thread: events wait in a queue until the client has
 * read the earlier ones. A client that does not read is dropped. Thread-safe.
 */
final class EventStream {

  /** The largest size of the queue in bytes. */
  private static final long MOST_BYTES = 8L * 1024 * 1024;

  /** Events are combined into writes of up to this many bytes. */
  private static final int PIECE = 64 * 1024;

  /** The time limit of the client for reading one write. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Optional<UUID> job;
  private final Deque<Event> queue = new ArrayDeque<>();
  private @Nullable Writing writing;
  private long queuedBytes;
  private boolean isClosed;
  private boolean isGreeted;

  /**
   * Creates a stream.
   *
   * @param job the watched job; empty for all jobs
   */
  EventStream(Optional<UUID> job) {
    this.job = job;
  }

  /** Starts writing to the client. */
  void open(Exchange exchange) {
    Writing opened = new Writing(exchange);
    synchronized (this) {
      writing = opened;
      // The first event flushes the response header, so that the client knows that the stream is
      // open.
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

  /** Returns true if the stream is closed and no write is pending. */
  synchronized boolean isOver() {
    return isClosed && (writing == null || !writing.isUnderWay);
  }

  /** Returns true on the first call only. */
  synchronized boolean isNew() {
    boolean wasNew = !isGreeted;
    isGreeted = true;
    return wasNew;
  }

  /** Appends events to the queue. */
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

  /** Drops the client if it has exceeded the time limit of the current write. */
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

  /** Removes the next write from the queue; empty if there is none. */
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

  /** Writes the queue sequentially. */
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

    /** The client has disconnected or does not read. */
    @Override
    protected void onCompleteFailure(Throwable cause) {
      isUnderWay = false;
      abandon();
      exchange.callback().failed(cause);
    }
  }
}
