package io.ringhaul.faults;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.connection.ClosedConnectionException;
import io.ringhaul.batch.BatchWriter;
import io.ringhaul.exceptions.BatchFailedException;
import io.ringhaul.exceptions.BatchFailedException.Outcome;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.internal.request.Failures;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Executes numbered batches with bounded concurrency until stopped. */
final class BatchFeed implements AutoCloseable {

  private static final int LONGEST_WAIT_SECONDS = 180;

  private final NumberedBatches batches;
  private final BatchWriter writer;
  private final int atOnce;
  private final int first;
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger lostConnections = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Optional<Outcome>>> outcomes =
      new ConcurrentSkipListMap<>();
  private final CompletableFuture<Void> feeding;
  private volatile boolean ending;

  /** Starts with batch number {@code first}. */
  BatchFeed(CqlSession session, NumberedBatches batches, int first, int atOnce) {
    this.batches = batches;
    this.writer =
        BatchWriter.builder(session)
            .parallelism(atOnce)
            .consistency(DefaultConsistencyLevel.QUORUM)
            .build();
    this.atOnce = atOnce;
    this.first = first;
    this.feeding = CompletableFuture.runAsync(this::feed);
  }

  private void feed() {
    try {
      for (int number = first; !ending; number++) {
        outcomes.put(
            number,
            writer
                .executeAsync(batches.operations(number), batches.type())
                .handle((done, failed) -> failed == null ? acknowledged() : outcome(failed))
                .toCompletableFuture());
      }
    } catch (OperationCancelledException e) {
      // The feed ends; the interrupt flag is set.
    }
  }

  private Optional<Outcome> acknowledged() {
    acknowledged.incrementAndGet();
    return Optional.empty();
  }

  private Optional<Outcome> outcome(Throwable failed) {
    if (!(Failures.unwrap(failed) instanceof BatchFailedException known)) {
      throw new AssertionError("expected a BatchFailedException", failed);
    }
    if (known.getCause() instanceof ClosedConnectionException) {
      lostConnections.incrementAndGet();
    }
    return Optional.of(known.outcome());
  }

  /** Returns the number of acknowledged batches. */
  int acknowledgedBatches() {
    return acknowledged.get();
  }

  /** Returns true if all request slots are in use. */
  boolean isSaturated() {
    return writer.metrics().inFlight() >= atOnce;
  }

  /**
   * Returns the number of batches that were lost with the connection to their coordinator and not
   * sent again.
   */
  int lostConnections() {
    return lostConnections.get();
  }

  /** Stops sending. */
  void stop() {
    ending = true;
  }

  /**
   * Waits for all answers after {@link #stop()}. Returns the outcome by batch number; empty means
   * acknowledged.
   */
  Map<Integer, Optional<Outcome>> end() throws Exception {
    feeding.get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS);
    Map<Integer, Optional<Outcome>> known = new TreeMap<>();
    for (Map.Entry<Integer, CompletableFuture<Optional<Outcome>>> each : outcomes.entrySet()) {
      known.put(each.getKey(), each.getValue().get(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS));
    }
    return known;
  }

  @Override
  public void close() {
    ending = true;
    // Interrupts close() so that it does not wait for answers that a killed coordinator never
    // sends.
    Thread.currentThread().interrupt();
    writer.close();
    Thread.interrupted();
  }
}
