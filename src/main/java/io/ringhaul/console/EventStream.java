package io.ringhaul.console;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * One client of the event stream. It uses no thread: events wait in the response until the client
 * has read the earlier ones. A client that does not read is dropped. Thread-safe.
 */
final class EventStream {

  /** The largest number of bytes that may wait. */
  private static final long MOST_BYTES = 8L * 1024 * 1024;

  /** The time limit of the client for reading one write. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final Optional<UUID> job;
  private final QueuedResponse response;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile boolean isOpened;
  private boolean isGreeted;

  /**
   * Creates a stream.
   *
   * @param job the watched job; empty for all jobs
   */
  EventStream(Optional<UUID> job, QueuedResponse response) {
    this.job = job;
    this.response = response;
  }

  /** Starts writing to the client; returns what completes when the stream ends. */
  CompletableFuture<Void> open() {
    // The first event sends the response header, so that the client knows that the stream is open.
    response.write(Event.KEEP_ALIVE.bytes());
    isOpened = true;
    return end;
  }

  Optional<UUID> job() {
    return job;
  }

  boolean isOpen() {
    return isOpened && !end.isDone();
  }

  boolean isClosed() {
    return end.isDone();
  }

  /** Returns true on the first call only. */
  synchronized boolean isNew() {
    boolean wasNew = !isGreeted;
    isGreeted = true;
    return wasNew;
  }

  void send(Collection<Event> events) {
    events.forEach(event -> response.write(event.bytes()));
    if (response.queuedBytes() > MOST_BYTES) {
      drop();
    }
  }

  /** Ends the stream after what is written. */
  void close() {
    end.complete(null);
  }

  /** Drops the client if it has left or exceeded the time limit of the current write. */
  void dropIfStuck() {
    if (isOpen() && response.isStuck(PATIENCE)) {
      drop();
    }
  }

  private void drop() {
    response.drop();
    close();
  }
}
