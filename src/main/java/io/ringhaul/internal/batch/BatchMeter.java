package io.ringhaul.internal.batch;

import io.ringhaul.batch.BatchMetrics;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * Counts what a writer does; recording takes well under a microsecond. Thread-safe.
 *
 * <p>Threads record in tallies of their own, as far as there are enough, each under its lock, so
 * that they rarely meet. A request is thus in all numbers of a snapshot or in none, and what
 * belongs together always adds up.
 */
public final class BatchMeter {

  /** A power of two. The driver has few threads, and a tally takes from 32 to 300 KB. */
  private static final int TALLIES = 8;

  private static final long HALF_A_MICRO = 500;

  /** Kinds of failures that are told apart; nobody looks at more. */
  private static final int MOST_KINDS = 32;

  /** Made when a thread first needs them. */
  private final AtomicReferenceArray<Tally> tallies = new AtomicReferenceArray<>(TALLIES);

  private final FailureKinds kinds = new FailureKinds(MOST_KINDS);
  private final long created = System.nanoTime();

  /** What was counted before the last reset; under the meter's own lock, as the next two are. */
  private final Tally past = new Tally();

  private long lastReset = created;
  private long pastRetries;

  /**
   * A request was acknowledged.
   *
   * @param rows as how many rows its statements count; 0 for a read
   * @param nanos from its sending on
   * @param warned whether the server found it too large
   */
  void acknowledged(Shape shape, long rows, long nanos, boolean warned) {
    long micros = TimeUnit.NANOSECONDS.toMicros(nanos + HALF_A_MICRO);
    record(tally -> tally.acknowledged(shape, rows, micros, warned));
  }

  /** A request failed in the end. */
  void failed(Throwable failure) {
    String kind = kinds.of(failure);
    record(tally -> tally.failed(kind));
  }

  /** A refused batch is sent again statement by statement. */
  void fallback() {
    record(Tally::fallback);
  }

  /** A unit of operations went out as one request, or else as several. */
  void unit(boolean isAtomic) {
    record(isAtomic ? Tally::atomic : Tally::concurrent);
  }

  private void record(Consumer<Tally> what) {
    Tally tally = mine();
    synchronized (tally) {
      what.accept(tally);
    }
  }

  private Tally mine() {
    int index = (int) Thread.currentThread().getId() & (TALLIES - 1);
    Tally tally = tallies.get(index);
    if (tally == null) {
      tallies.compareAndSet(index, null, new Tally());
      tally = Objects.requireNonNull(tallies.get(index));
    }
    return tally;
  }

  /** What was counted since the last reset, with what others count. */
  public synchronized BatchMetrics snapshot(long retries, long inFlight, long queued) {
    Tally sum = new Tally();
    forEachTally(sum::add);
    // Another thread may have reset the meter after this one had asked for the retries.
    return sum.metrics(since(lastReset), Math.max(0, retries - pastRetries), inFlight, queued);
  }

  /** What was counted since the meter was made, with what others count. */
  public synchronized BatchMetrics lifetime(long retries, long inFlight, long queued) {
    Tally sum = new Tally();
    sum.add(past);
    forEachTally(sum::add);
    return sum.metrics(since(created), retries, inFlight, queued);
  }

  /**
   * Begins anew.
   *
   * @param retries the requests sent again so far, which count no more
   */
  public synchronized void reset(long retries) {
    forEachTally(
        tally -> {
          past.add(tally);
          tally.clear();
        });
    pastRetries = Math.max(pastRetries, retries);
    lastReset = System.nanoTime();
  }

  private void forEachTally(Consumer<Tally> each) {
    for (int i = 0; i < TALLIES; i++) {
      Tally tally = tallies.get(i);
      if (tally != null) {
        synchronized (tally) {
          each.accept(tally);
        }
      }
    }
  }

  private static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }
}
