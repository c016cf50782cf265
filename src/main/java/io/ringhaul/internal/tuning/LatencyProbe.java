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
}
