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
 * Sends small requests to the cluster at a constant rate and limits a job by their latency. The
 * probe does not wait for a response before the next request, so that a slow period counts with all
 * requests that fall into it. A request counts as slow as soon as its latency exceeds the bound,
 * and if it fails. Owns a thread; {@link #close()} ends the thread and removes the limit.
 */
public final class LatencyProbe implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LatencyProbe.class);

  /** Requests in the window of the percentile; the slowest percent is 5 of them. */
  private static final int REQUESTS = 500;

  private static final long LEAST_MILLIS = 10;
  private static final long MOST_MILLIS = 1_000;

  /**
   * Minimum of the limit on pending requests; the limit is higher if the bound spans more periods.
   * Further requests would only queue behind the pending ones.
   */
  private static final int MOST_WAITING = 100;

  /** Period of the check for late requests and of the guard's tick. */
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

  /** A pending request. */
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
   * Access to the requests of the job.
   *
   * @param most the requests that the job would have in flight without this limit
   * @param inFlight the requests in flight
   * @param paused whether the job is paused; the probe then pauses too
   * @param ceiling receives the maximum requests in flight; {@link Integer#MAX_VALUE} for no limit
   */
  public record HeldRequests(
      IntSupplier most, IntSupplier inFlight, BooleanSupplier paused, IntConsumer ceiling) {}

  /**
   * Starts the probe: about 500 requests per window of the bound, at least 1 and at most 100 per
   * second, except while the job is paused.
   *
   * @param probe sends a request; called on the probe's thread, must not block
   */
  public static LatencyProbe start(
      LatencyBound bound, Supplier<? extends CompletionStage<?>> probe, HeldRequests requests) {
    LatencyProbe started = new LatencyProbe(bound, probe, requests);
    started.clock.scheduleAtFixedRate(
        Background.lasting("The latency probe", started::ask),
        0,
        started.periodMillis,
        TimeUnit.MILLISECONDS);
    started.clock.scheduleAtFixedRate(
        Background.lasting("The latency check", started::look),
        TICK_MILLIS,
        TICK_MILLIS,
        TimeUnit.MILLISECONDS);
    return started;
  }

  /**
   * The current limit on requests in flight; below 1, the job has one request for that share of the
   * time.
   */
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
      // The request would be as slow as those before it.
      guard.answered(slowNanos + 1, request.sent);
      return;
    }
    try {
      probe.get().whenComplete((answer, failure) -> answered(request, failure));
    } catch (RuntimeException | Error e) {
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
            "A latency probe failed and counts as slow; further failures are not logged", failure);
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
   * Limits the requests of a job so that a probe stays below its bound. Halves the limit on a burst
   * of slow responses, lowers it by less when isolated slow responses use up most of the budget,
   * and raises it slowly while the bound is met and the job uses the limit. A limit below 1 lets
   * the job send one request for that share of the time. Starts with one request and doubles until
   * the first slow response. Thread-safe.
   */
  static final class LatencyGuard {

    /** The share of responses that may exceed the bound of a 99th percentile. */
    static final double BUDGET = 0.01;

    /**
     * Minimum time between cuts: one burst causes one cut, and requests in flight take about this
     * long to drain.
     */
    static final long CUT_NANOS = 250_000_000;

    /** Time between increases, long enough to see the effect of the last one. */
    static final long GROWTH_NANOS = 500_000_000;

    /** Slow responses at most this far apart are a burst, which is attributed to the job. */
    private static final long BURST_NANOS = 500_000_000;

    /** For a slow probe, a burst gap is the window of the percentile divided by this. */
    private static final int BURST_PARTS = 100;

    /** Factor of a cut after isolated slow responses, which most clusters have without a job. */
    private static final double FEWER = 0.6;

    /** Share of the budget above which isolated slow responses cause a cut. */
    private static final double MANY = 0.5;

    /** Share of the budget up to which the limit grows. */
    private static final double FEW = 0.4;

    /** The limit grows only if the job uses at least this share of it. */
    private static final double USED = 0.5;

    /** Relative growth of a step; the loss of a cut is recovered in 4 s. */
    private static final double GROWTH = 0.1;

    /** Share of the bound above which a response stops growth. */
    private static final double WARNING = 0.7;

    /** Minimum limit: the job makes progress even if other load keeps the probe above its bound. */
    static final double LEAST = 1.0 / 16;

    /** Period of the duty cycle for limits below 1. */
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
     * @param most the requests that the job would have in flight without this limit
     * @param inFlight the requests in flight
     * @param ceiling receives the maximum requests in flight
     * @param now the time of a monotonic clock in nanoseconds
     */
    LatencyGuard(
        LatencyBound bound, IntSupplier most, IntSupplier inFlight, IntConsumer ceiling, long now) {
      this.bound = bound;
      this.most = most;
      this.inFlight = inFlight;
      this.ceiling = ceiling;
      restart(now);
    }

    /** Resets the state, because the job is or was paused and earlier responses no longer apply. */
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

    /**
     * Adds the latency of a probe request, or its waiting time so far. Each request counts once.
     */
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

    /** The number of responses that may be slow. */
    private double budget() {
      return BUDGET * answers.size();
    }

    /** Updates the limit after time has passed. */
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

    /** Removes the limit; later responses are ignored. */
    synchronized void close() {
      isClosed = true;
      ceiling.accept(Integer.MAX_VALUE);
    }

    /** The limit on requests in flight; below 1, a share of the time. */
    synchronized double allowed() {
      return isExhausted() ? LEAST : Math.min(allowed, most.getAsInt());
    }

    /**
     * Whether the probe exceeds its bound: more responses were slow than the 99th percentile
     * allows.
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
