package io.ringhaul.internal.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.request.Steering;
import io.ringhaul.internal.request.Throttle;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.Pause;
import io.ringhaul.limits.PauseListener;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.monitor.LimitingFactor.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Tests that jobs keep their run windows and share the cluster by weight. */
class ManagedJobsTest {

  private static final UUID NODE = UUID.randomUUID();

  /** A job under test that records the calls to its sender. */
  private final class Job implements Steering, PauseListener {
    private final int parallelism;
    private final Map<Kind, Integer> ceilings = new EnumMap<>(Kind.class);
    private final List<String> heard = new ArrayList<>();
    private final ManagedJob managed;
    private int inFlight;
    private long pageBytes = Long.MAX_VALUE;
    private boolean ending;

    private Job(ResourceLimits limits, int parallelism, UUID... nodes) {
      this.parallelism = parallelism;
      this.managed =
          manager.manage(
              limits,
              new JobControls(
                  "The test",
                  Set.of(nodes),
                  List.of(this),
                  bytes -> pageBytes = bytes,
                  () -> ending,
                  this));
    }

    @Override
    public int parallelism() {
      return parallelism;
    }

    @Override
    public void parallelism(int requests) {
      throw new AssertionError("Only a tuner changes it");
    }

    @Override
    public void ceiling(Kind why, int requests) {
      ceilings.put(why, requests);
    }

    @Override
    public void throttle(Throttle throttle) {
      assertThat(throttle).isSameAs(Throttle.FREE);
    }

    @Override
    public int inFlight() {
      return inFlight;
    }

    @Override
    public Optional<Kind> boundedBy() {
      return Optional.empty();
    }

    @Override
    public int inFlightBound() {
      return ceilings.values().stream().reduce(parallelism, Math::min);
    }

    @Override
    public void paused(Pause pause) {
      heard.add("paused");
    }

    @Override
    public void resumed(Pause pause) {
      heard.add("resumed");
    }

    private void second() {
      managed.sampled(Samples.requests(inFlightBound() == 0 ? 0 : 10));
    }
  }

  private final SetClock clock = new SetClock("2026-05-05T21:00:00Z");
  private final ManagedJobs manager = new ManagedJobs(clock);

  private Job job(JobPriority priority, int parallelism) {
    return new Job(ResourceLimits.NONE.withPriority(priority), parallelism, NODE);
  }

  @Test
  void sharesSlotsByWeight() {
    Job low = job(JobPriority.LOW, 24);
    assertThat(low.inFlightBound()).isEqualTo(24);

    Job normal = job(JobPriority.NORMAL, 24);
    assertThat(low.inFlightBound()).isEqualTo(12);
    assertThat(normal.inFlightBound()).isEqualTo(24);

    Job high = job(JobPriority.HIGH, 24);
    Job small = job(JobPriority.LOW, 3);
    assertThat(high.inFlightBound()).isEqualTo(24);
    assertThat(normal.inFlightBound()).isEqualTo(12);
    assertThat(low.inFlightBound()).isEqualTo(6);
    // Every job keeps at least one slot.
    assertThat(small.inFlightBound()).isEqualTo(1);

    high.managed.close();
    assertThat(normal.inFlightBound()).isEqualTo(24);
    assertThat(low.inFlightBound()).isEqualTo(12);
    normal.managed.close();
    assertThat(low.inFlightBound()).isEqualTo(24);
    assertThat(small.inFlightBound()).isEqualTo(3);
  }

  @Test
  void equalPrioritiesAreNotLimited() {
    Job one = job(JobPriority.LOW, 24);
    Job other = job(JobPriority.LOW, 10);
    assertThat(one.inFlightBound()).isEqualTo(24);
    assertThat(other.inFlightBound()).isEqualTo(10);
  }

  @Test
  void idleJobsDoNotLimitOthers() {
    Job low = job(JobPriority.LOW, 24);
    Job high = job(JobPriority.HIGH, 24);
    assertThat(low.inFlightBound()).isEqualTo(6);
    high.managed.sampled(Samples.requests(0));
    assertThat(low.inFlightBound()).isEqualTo(24);
    // The job waits for a response.
    high.inFlight = 1;
    high.managed.sampled(Samples.requests(0));
    assertThat(low.inFlightBound()).isEqualTo(6);
  }

  @Test
  void jobsOnOtherClustersDoNotCount() {
    Job low = job(JobPriority.LOW, 24);
    new Job(ResourceLimits.NONE.withPriority(JobPriority.HIGH), 24, UUID.randomUUID());
    assertThat(low.inFlightBound()).isEqualTo(24);
    // One common node is enough: the others may have been added later.
    new Job(ResourceLimits.NONE.withPriority(JobPriority.HIGH), 24, UUID.randomUUID(), NODE);
    assertThat(low.inFlightBound()).isEqualTo(6);
  }

  private Job windowed(JobPriority priority) {
    return new Job(
        ResourceLimits.NONE
            .withRunWindow(RunWindow.parse("22:00-05:00 UTC"))
            .withPriority(priority),
        24,
        NODE);
  }

  @Test
  void pausesOutsideOfWindow() {
    Job low = job(JobPriority.LOW, 24);
    Job job = windowed(JobPriority.HIGH);
    // From the start, before the first sample.
    assertThat(job.inFlightBound()).isZero();
    assertThat(job.managed.pause())
        .contains(
            new Pause(
                "The current time is outside of the run window 22:00-05:00 UTC",
                clock.instant(),
                Optional.of(Instant.parse("2026-05-05T22:00:00Z"))));
    job.second();
    // A paused job does not limit others.
    assertThat(low.inFlightBound()).isEqualTo(24);

    clock.set("2026-05-05T22:00:00Z");
    job.second();
    assertThat(job.managed.pause()).isEmpty();
    assertThat(job.inFlightBound()).isEqualTo(24);
    job.second();
    assertThat(low.inFlightBound()).isEqualTo(6);

    clock.set("2026-05-06T04:59:59Z");
    job.second();
    assertThat(job.inFlightBound()).isEqualTo(24);
    clock.set("2026-05-06T05:00:00Z");
    job.second();
    assertThat(job.inFlightBound()).isZero();
    assertThat(job.heard).containsExactly("paused", "resumed", "paused");
  }

  @Test
  void pauseDoesNotDelayEndOfJob() {
    Job job = windowed(JobPriority.NORMAL);
    assertThat(job.managed.isCutShort()).isFalse();
    job.ending = true;
    job.second();
    assertThat(job.inFlightBound()).isEqualTo(24);
    assertThat(job.managed.isCutShort()).isTrue();
    assertThat(job.managed.pause()).isEmpty();
    job.second();
    assertThat(job.heard).containsExactly("paused", "resumed");
  }

  @Test
  void closingWindowDoesNotPauseEndingJob() {
    clock.set("2026-05-05T22:00:00Z");
    Job job = windowed(JobPriority.NORMAL);
    job.ending = true;
    clock.set("2026-05-06T06:00:00Z");
    job.second();
    assertThat(job.inFlightBound()).isEqualTo(24);
    assertThat(job.managed.isCutShort()).isFalse();
  }

  @Test
  void shortHeapLowersRequestsAndPages() {
    Job job = job(JobPriority.NORMAL, 24);
    job.managed.sampled(Samples.heap(24, 0.8, 0.01, 256 * 1024));
    assertThat(job.inFlightBound()).isEqualTo(12);
    assertThat(job.pageBytes).isEqualTo(128 * 1024);
    for (int i = 0; i < 20; i++) {
      job.managed.sampled(Samples.heap(job.inFlightBound(), 0.4, 0.01, 128 * 1024));
    }
    assertThat(job.inFlightBound()).isEqualTo(24);
    assertThat(job.pageBytes).isEqualTo(Long.MAX_VALUE);
  }
}
