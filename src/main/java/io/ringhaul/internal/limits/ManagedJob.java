package io.ringhaul.internal.limits;

import com.sun.management.OperatingSystemMXBean;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.Throttle;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.Pause;
import io.ringhaul.limits.RunWindow;
import io.ringhaul.monitor.LimitingFactor.Kind;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.SampleListener;
import io.ringhaul.monitor.Stage;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enforces the limits of a job: checks each sample and lowers or raises the bounds of the job.
 * Thread-safe. Closed when the job sends no more requests.
 */
public final class ManagedJob implements SampleListener, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ManagedJob.class);

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

  /** The current pause; empty if the job may send requests. */
  public Optional<Pause> pause() {
    return Optional.ofNullable(pause);
  }

  /**
   * Whether the job was asked to end during a pause. Open tasks are then abandoned instead of being
   * finished outside of the window.
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
    controls.ceiling(Kind.RUN_WINDOW, 0);
    LOG.info(
        "{} is paused{}: {}",
        controls.name(),
        held.until()
            .map(until -> " until " + until.atZone(window.zone()).toOffsetDateTime())
            .orElse(""),
        held.reason());
    tell(() -> controls.pauses().paused(held));
  }

  private void resume(Pause held) {
    pause = null;
    controls.ceiling(Kind.RUN_WINDOW, Integer.MAX_VALUE);
    LOG.info("{} resumes", controls.name());
    tell(() -> controls.pauses().resumed(held));
  }

  private static void tell(Runnable listener) {
    try {
      listener.run();
    } catch (RuntimeException e) {
      LOG.warn("A pause listener failed; the operation continues", e);
    }
  }

  private void keepWithinMemory(Sample sample) {
    int requests = memory.requests();
    long pageBytes = memory.pageBytes();
    memory.sampled(sample);
    if (memory.requests() != requests) {
      controls.ceiling(Kind.HEAP, memory.requests());
      LOG.info(
          "The heap is {}: {} may have {} requests in flight",
          memory.requests() < requests ? "short" : "less full",
          controls.name(),
          memory.isHolding() ? memory.requests() : "all of its");
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

  /** Whether the job sends requests, so that jobs of lower priority must yield. */
  public boolean isCompeting() {
    return competing;
  }

  public void share(int requests) {
    controls.ceiling(Kind.PRIORITY, requests);
  }

  @Override
  public void close() {
    manager.ended(this);
  }

  /**
   * Limits the process to a share of CPU time. Elapsed time adds to a budget and used CPU time is
   * subtracted; workers wait while the budget is negative. The average share is therefore
   * independent of the cost of the work and of the number of workers. Thread-safe.
   *
   * <p>The CPU time of the whole process counts, including the driver, the garbage collector and
   * the application. If these alone use more than the share, one worker still continues once a
   * second.
   */
  static final class CpuBudget implements Throttle {

    /**
     * Minimum time between two readings of the CPU time, because each is a system call that costs
     * more than a row.
     */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long MOST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Bound of the saved budget, in time. */
    private static final long SAVED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /**
     * Bound of the debt, in time: a larger debt comes from a burst, such as compilation at the
     * start.
     */
    private static final long OWED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long STARVED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The clock; a test replaces it. */
    interface Time {
      long nanos();

      void sleep(long nanos) throws InterruptedException;
    }

    private static final Time SYSTEM =
        new Time() {
          @Override
          public long nanos() {
            return System.nanoTime();
          }

          @Override
          public void sleep(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(nanos);
          }
        };

    private final double rate;
    private final LongSupplier cpuNanos;
    private final Time time;
    private double balance;
    private long looked;
    private long used;
    private boolean owing;
    private long markTime;
    private double markBalance;
    private volatile long nextLook;

    /**
     * @param rate CPU time per elapsed time: the share times the number of cores
     * @param cpuNanos the CPU time of the process so far
     */
    CpuBudget(double rate, LongSupplier cpuNanos, Time time) {
      this.rate = rate;
      this.cpuNanos = cpuNanos;
      this.time = time;
      this.looked = time.nanos();
      this.nextLook = looked;
      this.used = cpuNanos.getAsLong();
    }

    /**
     * Returns a budget of this share of the cores that are available to the process. If the CPU
     * time of the process cannot be measured, the budget is unlimited.
     */
    static Throttle of(double share) {
      if (share >= 1) {
        return FREE;
      }
      if (processNanos() < 0) {
        LOG.warn(
            "The CPU time of this process cannot be measured: maxCpuShare (--max-cpu) has no"
                + " effect");
        return FREE;
      }
      return new CpuBudget(
          share * Runtime.getRuntime().availableProcessors(), CpuBudget::processNanos, SYSTEM);
    }

    @Override
    public void await() throws InterruptedException {
      if (time.nanos() - nextLook < 0) {
        return;
      }
      long due = due();
      if (due > 0) {
        WorkerClock.during(Stage.WAIT_LIMIT, () -> sleep(due));
      }
    }

    private void sleep(long first) throws InterruptedException {
      for (long due = first; due > 0; due = due()) {
        time.sleep(Math.min(due, MOST_SLEEP_NANOS));
      }
    }

    /** The nanoseconds to wait before the next check; 0 to continue. */
    private synchronized long due() {
      long now = time.nanos();
      long usedNow = cpuNanos.getAsLong();
      balance += rate * (now - looked) - (usedNow - used);
      balance = Math.max(-rate * OWED_NANOS, Math.min(rate * SAVED_NANOS, balance));
      looked = now;
      used = usedNow;
      boolean free = balance >= 0;
      if (free || isStarved(now)) {
        owing = false;
        nextLook = free ? now + LOOK_NANOS : now;
        return 0;
      }
      nextLook = now;
      return (long) Math.ceil(-balance / rate);
    }

    /**
     * Whether the balance did not rise during a second of waiting, because other threads used the
     * budget.
     */
    private boolean isStarved(long now) {
      boolean isSecond = owing && now - markTime >= STARVED_NANOS;
      boolean starved = isSecond && balance <= markBalance;
      if (!owing || isSecond) {
        owing = true;
        markTime = now;
        markBalance = balance;
      }
      return starved;
    }

    /** The CPU time of this process so far, in nanoseconds; -1 if unknown. */
    static long processNanos() {
      return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
          ? system.getProcessCpuTime()
          : -1;
    }
  }

  /**
   * Lowers the page size and the requests in flight while the heap is short, before garbage
   * collection slows the job down. Not thread-safe.
   */
  static final class MemoryGuard {

    /**
     * The heap is short above this share of heap in use after a collection: collections become more
     * frequent.
     */
    static final double FULL = 0.75;

    /**
     * The heap is short above this share of time in collections, twice that of a healthy process.
     */
    static final double COLLECTING = 0.10;

    /** Bounds are raised only below these shares, well below the others, to avoid oscillation. */
    private static final double ROOMY = 0.65;

    private static final double QUIET = 0.05;

    /** A step takes effect after old data was released and a collection has run. */
    private static final int SAMPLES_BETWEEN_STEPS = 3;

    /** Number of recent samples that are checked for long collections. */
    private static final int COLLECTING_OF = 3;

    /** The heap is short if this many of them have long collections; a single one is no sign. */
    private static final int COLLECTING_TIMES = 2;

    /** After this many samples without an old-generation collection, the heap counts as free. */
    private static final int STALE_SAMPLES = 60;

    /**
     * Bounds are raised slowly, by an eighth after every five calm samples, because the shortage
     * may return.
     */
    private static final int CALM_SAMPLES = 5;

    private static final int PARTS = 8;

    private int requests = Integer.MAX_VALUE;
    private long pageBytes = Long.MAX_VALUE;
    private int requestsBefore;
    private long pageBytesBefore;
    private long heapAtStep = -1;
    private int sinceStep = SAMPLES_BETWEEN_STEPS;
    private int calm;

    /** One bit per recent sample, newest lowest: set if garbage collection took too much time. */
    private int collecting;

    /** Maximum requests in flight; {@link Integer#MAX_VALUE} for no bound. */
    int requests() {
      return requests;
    }

    /** Maximum bytes of a page; {@link Long#MAX_VALUE} for no bound. */
    long pageBytes() {
      return pageBytes;
    }

    /** Whether a bound is set. */
    boolean isHolding() {
      return requests != Integer.MAX_VALUE || pageBytes != Long.MAX_VALUE;
    }

    /** Updates the bounds from a sample. */
    void sampled(Sample sample) {
      if (sample.paused()) {
        return;
      }
      ProcessSample process = sample.process();
      collecting =
          (collecting << 1 | (process.gcShare() > COLLECTING ? 1 : 0)) & ((1 << COLLECTING_OF) - 1);
      sinceStep++;
      if (isShort(process)) {
        calm = 0;
        if (sinceStep >= SAMPLES_BETWEEN_STEPS) {
          lower(sample);
        }
      } else if (isRoomy(process)) {
        calm++;
        if (isHolding() && calm % CALM_SAMPLES == 0) {
          giveBack();
        }
      } else {
        calm = 0;
      }
    }

    private boolean isShort(ProcessSample process) {
      return Integer.bitCount(collecting) >= COLLECTING_TIMES
          || (process.keptShare() > FULL && isNews(process));
    }

    private boolean isRoomy(ProcessSample process) {
      boolean isStale = !isNews(process) && sinceStep >= STALE_SAMPLES;
      return process.gcShare() < QUIET && (process.keptShare() < ROOMY || isStale);
    }

    /**
     * Whether a collection ran since the last step; without one, the heap figures are unchanged.
     */
    private boolean isNews(ProcessSample process) {
      return process.heapAfterGc() != heapAtStep;
    }

    private void lower(Sample sample) {
      if (requests == Integer.MAX_VALUE) {
        requestsBefore = sample.inFlightBound();
      }
      if (pageBytes == Long.MAX_VALUE) {
        pageBytesBefore = (long) sample.pageBytes();
      }
      requests = Math.max(1, Math.min(requests, sample.inFlightBound()) / 2);
      if (pageBytesBefore > 0) {
        long now = pageBytes == Long.MAX_VALUE ? pageBytesBefore : pageBytes;
        pageBytes = Math.max(Tunable.LEAST_PAGE_BYTES, now / 2);
      }
      heapAtStep = sample.process().heapAfterGc();
      sinceStep = 0;
      collecting = 0;
    }

    private void giveBack() {
      if (requests != Integer.MAX_VALUE) {
        int more = requests + Math.max(1, requestsBefore / PARTS);
        requests = more >= requestsBefore ? Integer.MAX_VALUE : more;
      }
      if (pageBytes != Long.MAX_VALUE) {
        long more = pageBytes + Math.max(1, pageBytesBefore / PARTS);
        pageBytes = more >= pageBytesBefore ? Long.MAX_VALUE : more;
      }
    }
  }
}
