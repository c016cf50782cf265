package io.ringhaul.console;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A client that watches. It has no thread of its own: events wait in its queue until one of the
 * workers writes them. Who does not read is dropped. Thread-safe.
 */
final class EventStream {

  /** So much may wait for a client, in bytes. */
  private static final long MOST_BYTES = 8L * 1024 * 1024;

  private final Optional<UUID> job;
  private final TimedWorkers workers;
  private final Deque<Event> queue = new ArrayDeque<>();
  private @Nullable Connection connection;
  private long queuedBytes;
  private boolean isWriting;
  private boolean isClosed;
  private boolean isEnded;
  private boolean isGreeted;

  /**
   * @param job the job that is watched; empty for all
   */
  EventStream(Optional<UUID> job, TimedWorkers workers) {
    this.job = job;
    this.workers = workers;
  }

  /**
   * Begins to write to the client, whose head has gone out.
   *
   * @param again has the server read from its connection once more
   */
  synchronized void open(HttpExchange exchange, Runnable again) {
    connection = new Connection(exchange, again);
    // With it the head goes out: without anything a client would not know that it watches.
    queue.addFirst(Event.KEEP_ALIVE);
    write();
  }

  Optional<UUID> job() {
    return job;
  }

  synchronized boolean isClosed() {
    return isClosed;
  }

  /** Whether this is the first time that it is asked. */
  synchronized boolean isNew() {
    boolean wasNew = !isGreeted;
    isGreeted = true;
    return wasNew;
  }

  /** Has these written after those that wait already. */
  synchronized void send(Collection<Event> events) {
    if (isClosed) {
      return;
    }
    for (Event event : events) {
      queue.add(event);
      queuedBytes += event.bytes().length;
    }
    if (queuedBytes > MOST_BYTES) {
      close();
    } else if (!queue.isEmpty()) {
      write();
    }
  }

  /** Drops the client. */
  synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      queue.clear();
      write();
    }
  }

  private void write() {
    Connection open = connection;
    if (open != null && !isWriting) {
      isWriting = true;
      try {
        workers.execute(() -> writeAll(open));
      } catch (RejectedExecutionException e) {
        // The console is closed, and with it the connection.
        isClosed = true;
      }
    }
  }

  private void writeAll(Connection open) {
    boolean isGone = false;
    try {
      for (List<Event> next = next(); !next.isEmpty(); next = next()) {
        for (Event event : next) {
          workers.renew();
          open.exchange().getResponseBody().write(event.bytes());
        }
        open.exchange().getResponseBody().flush();
      }
    } catch (IOException e) {
      // The client is gone, or does not read.
      isGone = true;
      abandon();
    }
    if (ends()) {
      open.close(isGone);
    }
  }

  private synchronized List<Event> next() {
    List<Event> next = List.copyOf(queue);
    queue.clear();
    queuedBytes = 0;
    isWriting = !next.isEmpty();
    return next;
  }

  private synchronized void abandon() {
    isClosed = true;
    isWriting = false;
    queue.clear();
  }

  /** Whether it is over; true once. */
  private synchronized boolean ends() {
    boolean ends = isClosed && !isEnded;
    isEnded = isEnded || ends;
    return ends;
  }

  /**
   * What the client is reached by.
   *
   * @param again has the server read from the connection once more
   */
  private record Connection(HttpExchange exchange, Runnable again) {

    /**
     * Ends the reply. The server counts a connection until it has sent the last of a reply, or has
     * failed to read a request: where the client is gone, only the latter is left to come.
     */
    void close(boolean isGone) {
      boolean isLost = isGone;
      if (!isLost) {
        try {
          exchange.getResponseBody().close();
        } catch (IOException e) {
          isLost = true;
        }
      }
      exchange.close();
      if (isLost) {
        try {
          again.run();
        } catch (RejectedExecutionException e) {
          // The console is closed, and with it all connections.
        }
      }
    }
  }
}
