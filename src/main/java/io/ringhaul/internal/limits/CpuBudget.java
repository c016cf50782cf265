package io.ringhaul.internal.limits;

import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.Throttle;
import io.ringhaul.monitor.Stage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the process to a share of the processor: time earns a budget, what the process uses is
 * taken from it, and while it is spent nobody goes on. So the share is right on average whatever
 * the work costs, with one worker as with many. Thread-safe.
 *
 * <p>The whole process counts, with the threads of the driver, of the collector and of the
 * application. Where these alone use more than the share, one worker still goes on once a second.
 */
final class CpuBudget implements Throttle {

  /** To ask for the processor time is a call to the system: a row is worth less than that. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long MOST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Time in which little is used is saved up to this. */
  private static final long SAVED_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** More is not to be paid for: what is due is a burst, such as compiling at the start. */
  private static final long OWED_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final long STARVED_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final Logger LOG = LoggerFactory.getLogger(CpuBudget.class);

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

  /** A share of the cores open to this process; all of it where the process cannot be measured. */
  static Throttle of(double share) {
    if (share >= 1) {
      return FREE;
    }
    if (ProcessCpu.nanos() < 0) {
      LOG.warn(
          "The processor time of this process cannot be measured: maxCpuShare, --max-cpu, has no"
              + " effect");
      return FREE;
    }
    return new CpuBudget(
        share * Runtime.getRuntime().availableProcessors(), ProcessCpu::nanos, SYSTEM);
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
}
