package io.ringhaul.internal.tuning;

import io.ringhaul.internal.telemetry.Background;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the cluster something small, again and again, and holds a job down by how long the answers
 * take. It asks at a steady pace and does not wait for an answer before it asks again, so that a
 * slow time counts with all requests that would have met it; one without an answer counts as slow
 * as soon as it is. One that fails counts as slow. Owns a thread, which {@link #close()} ends; the
 * job is not held any more then.
 */
public final class LatencyProbe implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LatencyProbe.class);

  /** So many in the time of the percentile: five of them are the slowest hundredth. */
  private static final int REQUESTS = 500;

  private static final long LEAST_MILLIS = 10;
  private static final long MOST_MILLIS = 1_000;

  /**
   * With more without an answer, others would only wait behind them; or with those of the time that
   * an answer may take, if they are more.
   */
  private static final int MOST_WAITING = 100;

  /** How often the job's turns are looked at. */
  private static final long TICK_MILLIS = 10;

  private static final Duration TO_END = Duration.ofSeconds(5);

  private final Supplier<? extends CompletionStage<?>> probe;
  private final LatencyGuard guard;
  private final BooleanSupplier paused;
  private final long slowNanos;
  private final long periodMillis;
  private final long mostWaiting;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final ScheduledExecutorService clock;
  private boolean hasFailed;

  /** A request without an answer. */
  private static final class Waiting {
    private final long sent;
    private boolean isCounted;

    private Waiting(long sent) {
      this.sent = sent;
    }
  }

  private LatencyProbe(
      LatencyBound bound, Supplier<? extends CompletionStage<?>> probe, HeldRequests requests) {
    this.probe = probe;
    this.paused = requests.paused();
    this.slowNanos = bound.p99().toNanos();
    this.periodMillis =
        Math.max(LEAST_MILLIS, Math.min(MOST_MILLIS, bound.over().toMillis() / REQUESTS));
    this.mostWaiting = Math.max(MOST_WAITING, bound.p99().toMillis() / periodMillis);
    this.guard =
        new LatencyGuard(
            bound, requests.most(), requests.inFlight(), requests.ceiling(), System.nanoTime());
    this.clock = Background.clock("ringhaul-probe");
  }

  /**
   * The requests of the job.
   *
   * @param most how many the job would have in flight by itself
   * @param inFlight how many it has
   * @param paused whether the job asks for nothing just now, so that nobody is to be protected
   * @param ceiling takes how many it may have; {@link Integer#MAX_VALUE} if it is not held
   */
  public record HeldRequests(
      IntSupplier most, IntSupplier inFlight, BooleanSupplier paused, IntConsumer ceiling) {}

  /**
   * Begins to ask, some 500 times in the time of the bound and no more than 100 times a second, but
   * for the time that the job pauses.
   *
   * @param probe asks; called on the probe's thread, must not block
   */
  public static LatencyProbe start(
      LatencyBound bound, Supplier<? extends CompletionStage<?>> probe, HeldRequests requests) {
    LatencyProbe started = new LatencyProbe(bound, probe, requests);
    started.clock.scheduleAtFixedRate(
        Background.lasting("A probe of the latency", started::ask),
        0,
        started.periodMillis,
        TimeUnit.MILLISECONDS);
    started.clock.scheduleAtFixedRate(
        Background.lasting("A look at the latency", started::look),
        TICK_MILLIS,
        TICK_MILLIS,
        TimeUnit.MILLISECONDS);
    return started;
  }

  /** How many requests the job may have just now; below 1 it has one for a part of the time. */
  public double allowed() {
    return guard.allowed();
  }

  private void ask() {
    if (paused.getAsBoolean()) {
      return;
    }
    Waiting request = new Waiting(System.nanoTime());
    boolean isCrowded;
    synchronized (waiting) {
      isCrowded = waiting.size() >= mostWaiting;
      if (!isCrowded) {
        waiting.addLast(request);
      }
    }
    if (isCrowded) {
      // It would have been as slow as those before it.
      guard.answered(slowNanos + 1, request.sent);
      return;
    }
    try {
      probe.get().whenComplete((answer, failure) -> answered(request, failure));
    } catch (RuntimeException e) {
      answered(request, e);
    }
  }

  private void answered(Waiting request, @Nullable Throwable failure) {
    long now = System.nanoTime();
    boolean isNew;
    synchronized (waiting) {
      waiting.remove(request);
      isNew = !request.isCounted;
      request.isCounted = true;
      if (failure != null && !hasFailed) {
        hasFailed = true;
        LOG.warn(
            "A probe of the latency failed, and counts as slow; further failures are not logged",
            failure);
      }
    }
    if (isNew) {
      guard.answered(failure == null ? now - request.sent : Long.MAX_VALUE, now);
    }
  }

  private void look() {
    long now = System.nanoTime();
    if (paused.getAsBoolean()) {
      guard.restart(now);
      return;
    }
    int late = 0;
    synchronized (waiting) {
      for (Waiting request : waiting) {
        if (!request.isCounted && now - request.sent > slowNanos) {
          request.isCounted = true;
          late++;
        }
      }
    }
    for (int i = 0; i < late; i++) {
      guard.answered(slowNanos + 1, now);
    }
    guard.tick(now);
  }

  @Override
  public void close() {
    clock.shutdownNow();
    Background.awaitEnd(clock, TO_END);
    guard.close();
  }

  /**
   * Holds the requests of a job down so that a probe stays below its bound: half as many when
   * answers become too slow one after the other, some fewer when single ones have come to most of
   * what the bound allows, and slowly more while it is kept and the job uses what it has. Below one
   * request at a time the job pauses for a part of the time. It begins with one request and doubles
   * until the first slow answer. Thread-safe.
   */
  static final class LatencyGuard {

    /** A 99th percentile is below the bound as long as no more answers than this are above it. */
    static final double BUDGET = 0.01;

    /** One burst of slow answers halves once; what is in flight takes about as long to drain. */
    static final long CUT_NANOS = 250_000_000;

    /** Long enough to see what the step before has done. */
    static final long GROWTH_NANOS = 500_000_000;

    /**
     * Slow answers no further apart are one burst, by which the job is to be known as its cause.
     */
    private static final long BURST_NANOS = 500_000_000;

    /** Or than this part of the time of the percentile, if the probe asks rarely. */
    private static final int BURST_PARTS = 100;

    /** What single slow answers take away: most clusters have some, whatever the job does. */
    private static final double FEWER = 0.6;

    /** From this part of the budget on single slow answers are too many. */
    private static final double MANY = 0.5;

    /** Up to this part of the budget it grows. */
    private static final double FEW = 0.4;

    /** A job that uses less than this part of what it has does not show what more would do. */
    private static final double USED = 0.5;

    /** By which part it grows: as much as is lost by a cut comes back in 4 s. */
    private static final double GROWTH = 0.1;

    /** From this part of the bound on an answer is a warning: nothing grows. */
    private static final double WARNING = 0.7;

    /** The least, so that a job ends some day even if others keep the probe above its bound. */
    static final double LEAST = 1.0 / 16;

    /** The time in which a job that pauses has its turn once. */
    static final long TURN_NANOS = 400_000_000;

    private record Answer(long time, boolean isSlow) {}

    private final LatencyBound bound;
    private final IntSupplier most;
    private final IntSupplier inFlight;
    private final IntConsumer ceiling;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private long slow;
    private double allowed = 1;
    private boolean isStarting = true;
    private boolean isCalm = true;
    private long cut;
    private long grown;
    private long lastSlow;
    private int used;
    private int set = -1;
    private boolean isClosed;

    /**
     * @param most how many requests the job would have in flight by itself
     * @param inFlight how many it has
     * @param ceiling takes how many it may have
     * @param now the time by a clock in nanoseconds that does not go back
     */
    LatencyGuard(
        LatencyBound bound, IntSupplier most, IntSupplier inFlight, IntConsumer ceiling, long now) {
      this.bound = bound;
      this.most = most;
      this.inFlight = inFlight;
      this.ceiling = ceiling;
      restart(now);
    }

    /** The job pauses, or goes on after a pause: what was known of the time before is old. */
    synchronized void restart(long now) {
      answers.clear();
      slow = 0;
      allowed = 1;
      isStarting = true;
      isCalm = true;
      used = 0;
      cut = now - CUT_NANOS;
      grown = now;
      lastSlow = now - burstNanos();
      apply(now);
    }

    /** The probe was answered, or waits for so long already; each of its requests counts once. */
    synchronized void answered(long nanos, long now) {
      boolean isSlow = nanos > bound.p99().toNanos();
      answers.addLast(new Answer(now, isSlow));
      isCalm &= nanos <= WARNING * bound.p99().toNanos();
      forget(now);
      if (isSlow) {
        slow++;
        boolean isBurst = isStarting || now - lastSlow < burstNanos();
        lastSlow = now;
        if ((isBurst || slow > MANY * budget()) && now - cut >= CUT_NANOS) {
          cut = now;
          grown = now;
          used = 0;
          isStarting = false;
          allowed = Math.max(LEAST, Math.min(allowed, most.getAsInt()) * (isBurst ? 0.5 : FEWER));
        }
      }
      apply(now);
    }

    private long burstNanos() {
      return Math.max(BURST_NANOS, bound.over().toNanos() / BURST_PARTS);
    }

    /** How many of the answers may be slow. */
    private double budget() {
      return BUDGET * answers.size();
    }

    /** Time has passed. */
    synchronized void tick(long now) {
      forget(now);
      used = Math.max(used, inFlight.getAsInt());
      if (now - grown >= GROWTH_NANOS) {
        grown = now;
        if (isCalm && isUsed() && !answers.isEmpty() && slow <= FEW * budget()) {
          grow();
        }
        isCalm = true;
        used = 0;
      }
      apply(now);
    }

    private boolean isUsed() {
      return used > 0 && used >= USED * allowed;
    }

    /** The job is not held any more, whatever is still answered. */
    synchronized void close() {
      isClosed = true;
      ceiling.accept(Integer.MAX_VALUE);
    }

    /** How many requests it lets the job have; a fraction of one is a part of the time. */
    synchronized double allowed() {
      return isExhausted() ? LEAST : Math.min(allowed, most.getAsInt());
    }

    /**
     * Whether the probe is above its bound: more answers were slow than a percentile of 99 allows.
     */
    private boolean isExhausted() {
      return slow > 1 && slow > budget();
    }

    private void grow() {
      double next = isStarting ? 2 * allowed : allowed * (1 + GROWTH) + LEAST / 2;
      allowed = Math.min(next, Math.max(1, most.getAsInt()));
    }

    private void forget(long now) {
      while (!answers.isEmpty() && now - answers.getFirst().time() > bound.over().toNanos()) {
        slow -= answers.removeFirst().isSlow() ? 1 : 0;
      }
    }

    private void apply(long now) {
      if (isClosed) {
        return;
      }
      double requests = allowed();
      int next = (int) requests;
      if (requests < 1) {
        next = Math.floorMod(now, TURN_NANOS) < requests * TURN_NANOS ? 1 : 0;
      } else if (requests >= most.getAsInt()) {
        next = Integer.MAX_VALUE;
      }
      if (next != set) {
        set = next;
        ceiling.accept(next);
      }
    }
  }
}
