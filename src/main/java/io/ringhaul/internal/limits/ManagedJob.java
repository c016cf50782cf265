package io.ringhaul.internal.limits;

import com.sun.management.OperatingSystemMXBean;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.Throttle;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.limits.JobPriority;
import io.ringhaul.limits.Pause;
import io.ringhaul.limits.RunWindow;
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

  /**
   * Holds the process to a share of the processor: time earns a budget, what the process uses is
   * taken from it, and while it is spent nobody goes on. So the share is right on average whatever
   * the work costs, with one worker as with many. Thread-safe.
   *
   * <p>The whole process counts, with the threads of the driver, of the collector and of the
   * application. Where these alone use more than the share, one worker still goes on once a second.
   */
  static final class CpuBudget implements Throttle {

    /** To ask for the processor time is a call to the system: a row is worth less than that. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long MOST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Time in which little is used is saved up to this. */
    private static final long SAVED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** More is not to be paid for: what is due is a burst, such as compiling at the start. */
    private static final long OWED_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long STARVED_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The time and how it passes. */
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
     * @param rate processor time for each unit of time: the share times the number of cores
     * @param cpuNanos the processor time used so far
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
     * A share of the cores open to this process; all of it where the process cannot be measured.
     */
    static Throttle of(double share) {
      if (share >= 1) {
        return FREE;
      }
      if (processNanos() < 0) {
        LOG.warn(
            "The processor time of this process cannot be measured: maxCpuShare, --max-cpu, has no"
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
        WorkerClock.during(Stage.WAIT, () -> sleep(due));
      }
    }

    private void sleep(long first) throws InterruptedException {
      for (long due = first; due > 0; due = due()) {
        time.sleep(Math.min(due, MOST_SLEEP_NANOS));
      }
    }

    /** How long to wait before another look; 0 to go on. */
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

    /** Whether a second of waiting has not helped, since others use what it earns. */
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

    /** The processor time of all threads of this process so far, in nanoseconds; -1 if unknown. */
    static long processNanos() {
      return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
          ? system.getProcessCpuTime()
          : -1;
    }
  }

  /**
   * Lowers the size of pages and the requests in flight while the heap is short, before the
   * collector takes the time that the work needs. Not thread-safe.
   */
  static final class MemoryGuard {

    /** Beyond this much that stays after a collection, the next ones come ever sooner. */
    static final double FULL = 0.75;

    /** Twice what a collector takes of a healthy process. */
    static final double COLLECTING = 0.10;

    /** Only well below both bounds something is given back, so that it does not swing. */
    private static final double ROOMY = 0.65;

    private static final double QUIET = 0.05;

    /** A step shows when what was in memory has left it and a collection has seen that. */
    private static final int SAMPLES_BETWEEN_STEPS = 3;

    /** One long collection is no sign: two of the last three samples are. */
    private static final int COLLECTING_OF = 3;

    private static final int COLLECTING_TIMES = 2;

    /** Who has not collected what is old for so long has room, whatever the last time has left. */
    private static final int STALE_SAMPLES = 60;

    /** Memory that was short once may be so again: an eighth comes back every five seconds. */
    private static final int CALM_SAMPLES = 5;

    private static final int PARTS = 8;

    private int requests = Integer.MAX_VALUE;
    private long pageBytes = Long.MAX_VALUE;
    private int requestsBefore;
    private long pageBytesBefore;
    private long heapAtStep = -1;
    private int sinceStep = SAMPLES_BETWEEN_STEPS;
    private int calm;

    /** Whether the collector took too much of the last samples, the newest in the lowest bit. */
    private int collecting;

    /** How many requests may be in flight; all of {@code int} for no bound. */
    int requests() {
      return requests;
    }

    /** How many bytes a page may have; all of {@code long} for no bound. */
    long pageBytes() {
      return pageBytes;
    }

    /** Whether anything is held down. */
    boolean isHolding() {
      return requests != Integer.MAX_VALUE || pageBytes != Long.MAX_VALUE;
    }

    /** Learns from a sample; the bounds may be others then. */
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

    /** Without another collection there is nothing new to be known of the heap. */
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
