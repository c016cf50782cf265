package io.ringhaul.internal.limits;

import io.ringhaul.internal.request.Throttle;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.Pause;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job that is held to its limits: looks at each sample, and lowers what the job may do or gives
 * it back. Thread-safe; closed when the job sends nothing more.
 */
public final class ManagedJob implements SampleListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ManagedJob.class);

  /** For which reasons requests in flight are held down; each has a ceiling of its own. */
  private enum Ceiling {
    WINDOW,
    MEMORY,
    PRIORITY
  }

  private final ManagedJobs manager;
  private final ResourceLimits limits;
  private final JobControls controls;
  private final Clock clock;
  private final MemoryGuard memory = new MemoryGuard();
  private volatile @Nullable Pause pause;
  private volatile boolean cutShort;
  private volatile boolean competing = true;

  public ManagedJob(ManagedJobs manager, ResourceLimits limits, JobControls controls, Clock clock) {
    this.manager = manager;
    this.limits = limits;
    this.controls = controls;
    this.clock = clock;
  }

  public void begin() {
    Throttle throttle = CpuBudget.of(limits.maxCpuShare());
    controls.senders().forEach(sender -> sender.throttle(throttle));
    keepToWindow();
  }

  /** Why the job asks the cluster for nothing just now; empty if it may. */
  public Optional<Pause> pause() {
    return Optional.ofNullable(pause);
  }

  /**
   * Whether the job was asked to end during a pause: then what is under way is to be given up, not
   * to be finished outside of the window.
   */
  public boolean isCutShort() {
    return cutShort;
  }

  @Override
  public synchronized void sampled(Sample sample) {
    keepToWindow();
    keepWithinMemory(sample);
    competing = pause == null && (sample.requests() > 0 || controls.inFlight() > 0);
    manager.share();
  }

  private synchronized void keepToWindow() {
    if (limits.runWindow().isEmpty() || cutShort) {
      return;
    }
    RunWindow window = limits.runWindow().get();
    Instant now = clock.instant();
    Pause held = pause;
    if (held == null && !window.contains(now) && !controls.isAtItsEnd()) {
      pause(window, now);
    } else if (held != null && controls.isAtItsEnd()) {
      cutShort = true;
      resume(held);
    } else if (held != null && window.contains(now)) {
      resume(held);
    }
  }

  private void pause(RunWindow window, Instant now) {
    Pause held = Pause.outside(window, now);
    pause = held;
    controls.ceiling(Ceiling.WINDOW, 0);
    LOG.info("{} is paused: {}", controls.name(), held.reason());
    tell(() -> controls.pauses().paused(held));
  }

  private void resume(Pause held) {
    pause = null;
    controls.ceiling(Ceiling.WINDOW, Integer.MAX_VALUE);
    LOG.info("{} goes on", controls.name());
    tell(() -> controls.pauses().resumed(held));
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.warn("A listener failed on a pause; the operation goes on", e);
    }
  }

  private void keepWithinMemory(Sample sample) {
    int requests = memory.requests();
    long pageBytes = memory.pageBytes();
    memory.sampled(sample);
    if (memory.requests() != requests) {
      controls.ceiling(Ceiling.MEMORY, memory.requests());
      LOG.info(
          "The heap is {}: {} has {} requests in flight at the most",
          memory.requests() < requests ? "short" : "less full",
          controls.name(),
          memory.isHolding() ? memory.requests() : "again all its");
    }
    if (memory.pageBytes() != pageBytes) {
      controls.pageCeiling().accept(memory.pageBytes());
    }
  }

  public JobPriority priority() {
    return limits.priority();
  }

  public JobControls controls() {
    return controls;
  }

  /** Whether it takes of the cluster what others could have. */
  public boolean isCompeting() {
    return competing;
  }

  public void share(int requests) {
    controls.ceiling(Ceiling.PRIORITY, requests);
  }

  @Override
  public void close() {
    manager.ended(this);
  }
}
