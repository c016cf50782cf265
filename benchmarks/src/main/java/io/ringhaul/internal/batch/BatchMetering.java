package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchType;
import io.ringhaul.internal.batch.BatchMeter.Shape;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/** Time to record an acknowledged batch with eight concurrent threads. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Threads(8)
public class BatchMetering {

  private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(65);

  private final BatchMeter meter = new BatchMeter();
  private final Shape shape = new Shape(BatchType.UNLOGGED, 10, true, 100);

  /**
   * Records one batch of ten rows. With more threads than cores, the time includes waiting for a
   * core.
   */
  @Benchmark
  public void recording() {
    meter.acknowledged(shape, 10, ThreadLocalRandom.current().nextLong(LONGEST_NANOS), false);
  }
}
