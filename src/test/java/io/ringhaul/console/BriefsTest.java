package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.internal.jobstore.MetricKind;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The history of a job is not read anew for each request. */
class BriefsTest {

  private Instant now = Instant.now();

  @Test
  void cachesSummaryForSomeSeconds() {
    AtomicInteger reads = new AtomicInteger();
    try (JobStore store = JobStore.inMemory()) {
      JobStore counted =
          UnsteadyStore.over(
              store,
              call -> {
                if (call.equals("metrics")) {
                  reads.incrementAndGet();
                }
                return false;
              });
      Briefs briefs = new Briefs(JobTelemetry.of(counted), new Moved());
      Job job = StoredExamples.pending(store, "measured");
      StoredExamples.measured(store, job.id());
      Briefs.Brief first = briefs.of(job, MetricKind.PERFORMANCE);
      assertThat(first.seconds()).isEqualTo(2);
      assertThat(briefs.of(job, MetricKind.PERFORMANCE)).isSameAs(first);
      assertThat(reads).hasValue(1);
      assertThat(briefs.of(job, MetricKind.RESOURCE).series()).isNotEqualTo(first.series());
      Job other = StoredExamples.pending(store, "other");
      assertThat(briefs.of(other, MetricKind.PERFORMANCE).series()).isEmpty();
      assertThat(reads).hasValue(3);
      now = now.plus(Briefs.FRESH);
      assertThat(briefs.of(job, MetricKind.PERFORMANCE).series()).isEqualTo(first.series());
      assertThat(reads).hasValue(4);
    }
  }

  /** The clock of the test. */
  private final class Moved extends Clock {

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
