package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchType;
import io.ringhaul.batch.BatchMetrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What was done, added up. Not thread-safe: see {@link BatchMeter}. */
final class Tally {

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
