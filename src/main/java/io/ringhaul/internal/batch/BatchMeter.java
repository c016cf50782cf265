package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.cql.BatchType;
import io.ringhaul.batch.BatchMetrics;
import io.ringhaul.internal.request.Failures;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests of a writer. Recording takes well under a microsecond. Thread-safe.
 *
 * <p>Threads record in up to 8 separate tallies, each under its own lock, to avoid contention. A
 * snapshot contains a request in all of its numbers or in none, so that the numbers are consistent.
 */
public final class BatchMeter {

  /**
   * Number of tallies, a power of two. The driver has few threads, and a tally takes 32 to 300 KB.
   */
  private static final int TALLIES = 8;

  private static final long HALF_A_MICRO = 500;

  /** Maximum number of failure kinds that are counted separately. */
  private static final int MOST_KINDS = 32;

  /** Created on first use. */
  private final AtomicReferenceArray<Tally> tallies = new AtomicReferenceArray<>(TALLIES);

  private final FailureKinds kinds = new FailureKinds(MOST_KINDS);
  private final long created = System.nanoTime();

  /** Counts before the last reset. Guarded by the lock of the meter, as are the next two fields. */
  private final Tally past = new Tally();

  private long lastReset = created;
  private long pastRetries;

  /**
   * Records an acknowledged request.
   *
   * @param rows the number of rows in its statements; 0 for a read
   * @param nanos the time since it was sent
   * @param warned whether the server warned of its size
   */
  void acknowledged(Shape shape, long rows, long nanos, boolean warned) {
    long micros = TimeUnit.NANOSECONDS.toMicros(nanos + HALF_A_MICRO);
    record(tally -> tally.acknowledged(shape, rows, micros, warned));
  }

  /** Records a request that failed after its last attempt. */
  void failed(Throwable failure) {
    String kind = kinds.of(failure);
    record(tally -> tally.failed(kind));
  }

  /** Records a rejected batch whose statements are sent one by one. */
  void fallback() {
    record(Tally::fallback);
  }

  /** Records a unit of operations, sent as one request or as several. */
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

  /** Returns the counts since the last reset, with the given counts of the sender. */
  public synchronized BatchMetrics snapshot(long retries, long inFlight, long queued) {
    Tally sum = new Tally();
    forEachTally(sum::add);
    // Another thread may have reset the meter after the caller read the retries.
    return sum.metrics(since(lastReset), Math.max(0, retries - pastRetries), inFlight, queued);
  }

  /** Returns the counts since the meter was created, with the given counts of the sender. */
  public synchronized BatchMetrics lifetime(long retries, long inFlight, long queued) {
    Tally sum = new Tally();
    sum.add(past);
    forEachTally(sum::add);
    return sum.metrics(since(created), retries, inFlight, queued);
  }

  /**
   * Resets the counts of {@link #snapshot}.
   *
   * @param retries the retries so far, which later snapshots subtract
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

  /**
   * Maps failures to kinds for counting. A kind once known stays known, so that counts never
   * decrease. Thread-safe.
   */
  static final class FailureKinds {

    /** The kind of all failures beyond the maximum number of kinds. */
    static final String OTHER = "Other";

    private static final String SUFFIX = "Exception";

    private final int most;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Distinguishes the first {@code most} kinds. */
    FailureKinds(int most) {
      this.most = most;
    }

    /**
     * Returns the class name of the exception without {@code Exception}, such as {@code
     * WriteTimeout}. If all nodes failed with the same kind, returns that kind.
     */
    String of(Throwable failure) {
      String kind = name(failure);
      return known.contains(kind) || learn(kind) ? kind : OTHER;
    }

    private synchronized boolean learn(String kind) {
      return known.contains(kind) || (known.size() < most && known.add(kind));
    }

    private static String name(Throwable failure) {
      Throwable cause = Failures.unwrap(failure);
      if (cause instanceof AllNodesFailedException all) {
        Set<String> names =
            all.getAllErrors().values().stream()
                .flatMap(List::stream)
                .map(FailureKinds::name)
                .collect(Collectors.toSet());
        if (names.size() == 1) {
          return names.iterator().next();
        }
      }
      String name = cause.getClass().getSimpleName();
      if (name.isEmpty()) {
        return OTHER;
      }
      return name.endsWith(SUFFIX) && name.length() > SUFFIX.length()
          ? name.substring(0, name.length() - SUFFIX.length())
          : name;
    }
  }

  /** Sums of requests. Not thread-safe: see {@link BatchMeter}. */
  private static final class Tally {

    /** Longer requests are recorded with this value, to bound the memory of the histogram. */
    static final long MOST_MICROS = TimeUnit.HOURS.toMicros(1);

    /** The protocol's maximum number of statements in a batch. */
    static final long MOST_STATEMENTS = 65_535;

    private static final int SIGNIFICANT_DIGITS = 3;

    private long operations;
    private long rows;
    private long bytes;
    private long atomic;
    private long concurrent;
    private long logged;
    private long unlogged;
    private long counter;
    private long single;
    private long singlePartition;
    private long overWarnThreshold;
    private long fallbacks;
    private final Map<String, Long> failures = new HashMap<>();
    private final Spread sizes = new Spread(MOST_STATEMENTS);
    private final Spread latencies = new Spread(MOST_MICROS);

    void acknowledged(Shape shape, long ofRows, long micros, boolean warned) {
      operations += shape.operations();
      rows += ofRows;
      // A read has no rows and writes no bytes.
      bytes += ofRows == 0 ? 0 : shape.bytes();
      overWarnThreshold += warned ? 1 : 0;
      latencies.record(micros);
      BatchType type = shape.type();
      if (type == null) {
        single++;
        return;
      }
      if (type == BatchType.LOGGED) {
        logged++;
      } else if (type == BatchType.COUNTER) {
        counter++;
      } else {
        unlogged++;
      }
      singlePartition += shape.isOnePartition() ? 1 : 0;
      sizes.record(shape.operations());
    }

    void failed(String kind) {
      failed(kind, 1);
    }

    private void failed(String kind, long times) {
      failures.merge(kind, times, Long::sum);
    }

    void fallback() {
      fallbacks++;
    }

    void atomic() {
      atomic++;
    }

    void concurrent() {
      concurrent++;
    }

    /** Adds the other tally to this one. */
    void add(Tally other) {
      operations += other.operations;
      rows += other.rows;
      bytes += other.bytes;
      atomic += other.atomic;
      concurrent += other.concurrent;
      logged += other.logged;
      unlogged += other.unlogged;
      counter += other.counter;
      single += other.single;
      singlePartition += other.singlePartition;
      overWarnThreshold += other.overWarnThreshold;
      fallbacks += other.fallbacks;
      other.failures.forEach(this::failed);
      sizes.add(other.sizes);
      latencies.add(other.latencies);
    }

    void clear() {
      operations = 0;
      rows = 0;
      bytes = 0;
      atomic = 0;
      concurrent = 0;
      logged = 0;
      unlogged = 0;
      counter = 0;
      single = 0;
      singlePartition = 0;
      overWarnThreshold = 0;
      fallbacks = 0;
      failures.clear();
      sizes.clear();
      latencies.clear();
    }

    BatchMetrics metrics(Duration since, long retries, long inFlight, long queued) {
      return new BatchMetrics(
          since,
          operations,
          rows,
          bytes,
          atomic,
          concurrent,
          logged,
          unlogged,
          counter,
          single,
          singlePartition,
          overWarnThreshold,
          retries,
          fallbacks,
          failures,
          inFlight,
          queued,
          sizes.distribution(),
          latencies.distribution());
    }

    /** A histogram of values from 0 to a bound; larger values are recorded as the bound. */
    private static final class Spread {

      private final long most;

      /** Resizes automatically, because most writers record small values only. */
      private final Histogram values = new Histogram(SIGNIFICANT_DIGITS);

      private long total;

      Spread(long most) {
        this.most = most;
      }

      void record(long value) {
        long bounded = Math.max(0, Math.min(most, value));
        values.recordValue(bounded);
        total += bounded;
      }

      void add(Spread other) {
        values.add(other.values);
        total += other.total;
      }

      void clear() {
        values.reset();
        total = 0;
      }

      BatchMetrics.Distribution distribution() {
        return new BatchMetrics.Distribution(
            values.getTotalCount(),
            total,
            values.getValueAtPercentile(50),
            values.getValueAtPercentile(95),
            values.getValueAtPercentile(99),
            values.getMaxValue());
      }
    }
  }

  /**
   * The measured properties of a request.
   *
   * @param type the type of the batch; null for a single statement
   * @param operations number of statements
   * @param isOnePartition whether all statements belong to one partition
   * @param bytes the size of the values
   */
  record Shape(@Nullable BatchType type, int operations, boolean isOnePartition, long bytes) {}
}
