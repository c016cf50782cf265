package io.ringhaul.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.BatchType;
import io.ringhaul.batch.BatchMetrics;
import io.ringhaul.internal.batch.BatchMeter.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Tests a meter with concurrent threads. */
class BatchMeterThreadsTest {

  private static final long MICRO = 1_000;

  private final BatchMeter meter = new BatchMeter();

  /** Eight threads record while another takes snapshots and sometimes resets the meter. */
  @Test
  void everySnapshotIsConsistent() throws Exception {
    int threads = 8;
    int each = 20_000;
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService pool = Executors.newFixedThreadPool(threads + 1);
    try {
      Future<Long> looking = pool.submit(() -> look(done));
      List<Future<?>> recording = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        recording.add(pool.submit(() -> record(each)));
      }
      for (Future<?> recorded : recording) {
        recorded.get();
      }
      done.set(true);
      assertThat(looking.get()).isPositive();
    } finally {
      pool.shutdownNow();
    }
    long all = (long) threads * each;
    BatchMetrics life = meter.lifetime(0, 0, 0);
    assertThat(life.batches()).isEqualTo(all * 3 / 4);
    assertThat(life.single()).isEqualTo(all / 4);
    assertThat(life.operations()).isEqualTo(all * 3 / 4 * 10 + all / 4);
    assertThat(life.failures()).isEqualTo(Map.of("DriverTimeout", all));
    assertThat(life.atomic()).isEqualTo(all);
    assertAddsUp(life);
  }

  private void record(int requests) {
    BatchType[] types = {BatchType.LOGGED, BatchType.UNLOGGED, BatchType.COUNTER};
    DriverTimeoutException late = new DriverTimeoutException("late");
    for (int i = 0; i < requests; i++) {
      int kind = i % 4;
      meter.acknowledged(
          kind == 3 ? new Shape(null, 1, true, 10) : new Shape(types[kind], 10, kind == 1, 100),
          kind == 3 ? 1 : 10,
          i * MICRO,
          false);
      meter.unit(true);
      meter.failed(late);
    }
  }

  private long look(AtomicBoolean done) {
    long looks = 0;
    BatchMetrics before = meter.lifetime(0, 0, 0);
    do {
      assertAddsUp(meter.snapshot(0, 0, 0));
      BatchMetrics life = meter.lifetime(0, 0, 0);
      assertAddsUp(life);
      assertThat(life.operations()).isGreaterThanOrEqualTo(before.operations());
      assertThat(life.latencies().total()).isGreaterThanOrEqualTo(before.latencies().total());
      before = life;
      looks++;
      if (looks % 5 == 0) {
        meter.reset(0);
      }
    } while (!done.get());
    return looks;
  }

  private static void assertAddsUp(BatchMetrics metrics) {
    assertThat(metrics.batches()).isNotNegative().isEqualTo(metrics.sizes().count());
    assertThat(metrics.batches() + metrics.single()).isEqualTo(metrics.latencies().count());
    assertThat(metrics.operations() - metrics.single()).isEqualTo(metrics.sizes().total());
    assertThat(metrics.rows()).isEqualTo(metrics.operations());
    assertThat(metrics.bytes()).isEqualTo(metrics.operations() * 10);
    assertThat(metrics.singlePartition()).isEqualTo(metrics.unlogged());
  }
}
