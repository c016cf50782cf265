package io.ringhaul.internal.jobstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.JobStore;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryJobStoreTest extends JobStoreContract {

  private final StoreDatabase database = StoreDatabase.inMemory();

  @Override
  StoreDatabase connect() {
    return database;
  }

  @Override
  boolean isDurable() {
    return false;
  }

  /** At any moment, and not only when it was thinned out just now. */
  @Test
  void aHistoryIsNeverLargerThanItsCapacity() {
    int capacity = 20_000;
    try (JobStore store = store()) {
      UUID job = created(store).id();
      Instant start = Instant.now();
      int most = 0;
      for (int i = 0; i < 200; i++) {
        Instant time = start.plusMillis(100L * i);
        JobTelemetry.of(store)
            .add(
                job,
                MetricKind.RESOURCE,
                IntStream.range(0, i % 70 == 69 ? 3_000 : 490)
                    .mapToObj(k -> Metric.of(time, "component", "name" + k, k))
                    .toList());
        List<Metric> metrics =
            JobTelemetry.of(store)
                .metrics(
                    new MetricQuery(
                        job,
                        MetricKind.RESOURCE,
                        Optional.empty(),
                        Optional.empty(),
                        Instant.MIN,
                        Instant.MAX,
                        Integer.MAX_VALUE));
        assertThat(metrics.get(metrics.size() - 1).time().toEpochMilli())
            .isEqualTo(time.toEpochMilli());
        most = Math.max(most, metrics.size());
      }
      assertThat(most).isBetween(capacity / 2, capacity);
    }
  }
}
