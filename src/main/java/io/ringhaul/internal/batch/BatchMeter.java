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

  /**
   * Names failures for counting them. A failure that had a name once keeps it, so that no count
   * ever falls. Thread-safe.
   */
  static final class FailureKinds {

    /** What is not told apart. */
    static final String OTHER = "Other";

    private static final String SUFFIX = "Exception";

    private final int most;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    /** Tells so many kinds apart, those that come first. */
    FailureKinds(int most) {
      this.most = most;
    }

    /**
     * The name of the exception's class without {@code Exception}, such as {@code WriteTimeout}. If
     * all nodes failed in the same way, that way is the kind.
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

  /** What was done, added up. Not thread-safe: see {@link BatchMeter}. */
  private static final class Tally {

    /** Longer requests count as so long; they cost memory otherwise. */
    static final long MOST_MICROS = TimeUnit.HOURS.toMicros(1);

    /** As many statements as a batch may have. */
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
      // A read writes nothing, and counts no rows.
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

    /** Adds what the other has, which stays as it is. */
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

    /** Values from 0 to a bound, above which they count as the bound. */
    private static final class Spread {

      private final long most;

      /** Grows with its values: few requests take long, and a writer may live for a moment only. */
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
   * The outside of a request.
   *
   * @param type the type of the batch; null for a statement that goes alone
   * @param operations the statements in it
   * @param isOnePartition whether they are all of one partition
   * @param bytes the size of their values
   */
  record Shape(@Nullable BatchType type, int operations, boolean isOnePartition, long bytes) {}
}
