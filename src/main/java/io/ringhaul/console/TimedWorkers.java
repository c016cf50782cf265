package io.ringhaul.console;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that read from clients and write to them, so many and no more. Whoever lets one wait too
 * long loses the connection: an interrupt closes the channel that a thread waits for.
 */
final class TimedWorkers implements Executor, AutoCloseable {

  private static final Duration LOOK_EVERY = Duration.ofMillis(250);
  private static final Duration IDLE = Duration.ofSeconds(30);

  /** A thread belongs to one of these alone. */
  private static final ThreadLocal<@Nullable Turn> OWN = new ThreadLocal<>();

  private final ThreadPoolExecutor threads;
  private final ScheduledExecutorService clock;
  private final Duration first;
  private final Duration patience;
  private final Set<Turn> turns = ConcurrentHashMap.newKeySet();

  /**
   * @param name part of the threads' names
   * @param first so long a client may take at the beginning of a task, until {@link #renew}
   * @param patience so long a client may take from then on, without the time of {@link #working}
   */
  TimedWorkers(String name, int threads, Duration first, Duration patience) {
    this.first = first;
    this.patience = patience;
    this.threads =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            factory(name));
    this.threads.allowCoreThreadTimeOut(true);
    this.clock = Executors.newSingleThreadScheduledExecutor(factory(name + "-clock"));
    long every = LOOK_EVERY.toMillis();
    clock.scheduleWithFixedDelay(this::look, every, every, TimeUnit.MILLISECONDS);
  }

  static ThreadFactory factory(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "ringhaul-" + name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void execute(Runnable task) {
    threads.execute(() -> run(task));
  }

  private void run(Runnable task) {
    Turn turn = new Turn(Thread.currentThread(), task);
    OWN.set(turn);
    turns.add(turn);
    turn.waitsFor(first);
    try {
      task.run();
    } finally {
      turns.remove(turn);
      OWN.remove();
      turn.end();
    }
  }

  /** Does something that is not the client's fault, however long it takes. */
  <T> T working(Supplier<T> work) {
    Turn turn = OWN.get();
    if (turn == null) {
      return work.get();
    }
    turn.works();
    try {
      return work.get();
    } finally {
      turn.waitsFor(patience);
    }
  }

  /** The client has done its part; the time that it may take begins anew. */
  void renew() {
    Turn turn = OWN.get();
    if (turn != null) {
      turn.waitsFor(patience);
    }
  }

  /** Does the task that this thread does now once more, whenever that is run. */
  Runnable again() {
    Runnable task = Objects.requireNonNull(OWN.get(), "not a worker's thread").task;
    return () -> execute(task);
  }

  private void look() {
    long now = System.nanoTime();
    turns.forEach(turn -> turn.interruptIfLate(now));
  }

  /** What is under way is cut off. */
  @Override
  public void close() {
    clock.shutdownNow();
    threads.shutdownNow();
  }

  /** The time in which a thread serves one client. */
  private static final class Turn {

    private final Thread thread;
    private final Runnable task;
    private boolean isWaiting;
    private long end;

    Turn(Thread thread, Runnable task) {
      this.thread = thread;
      this.task = task;
    }

    synchronized void waitsFor(Duration patience) {
      end = System.nanoTime() + patience.toNanos();
      isWaiting = true;
    }

    /** An interrupt that came too late is taken back: what comes now is not for it. */
    synchronized void works() {
      isWaiting = false;
      Thread.interrupted();
    }

    synchronized void end() {
      works();
    }

    synchronized void interruptIfLate(long now) {
      if (isWaiting && now - end > 0) {
        isWaiting = false;
        thread.interrupt();
      }
    }
  }
}
