package io.ringhaul.internal.tuning;

import io.ringhaul.job.TuningEntry;
import io.ringhaul.limits.TuningMode;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * How a job is tuned.
 *
 * @param mode what becomes of its parameters
 * @param bound how slow a probe may become; empty for no probe
 * @param probe asks the cluster something small; empty for {@link KeyProbe}
 * @param listener hears of each change and advice, and of a change once more when its effect is
 *     known
 */
public record TuningSettings(
    TuningMode mode,
    Optional<LatencyBound> bound,
    Optional<Supplier<? extends CompletionStage<?>>> probe,
    Consumer<TuningEntry> listener) {

  /**
   * Advice alone: nothing is changed that nobody asked to be changed, and what would help costs
   * nothing to be told.
   */
  public static final TuningSettings DEFAULT =
      new TuningSettings(TuningMode.ADVISE, Optional.empty(), Optional.empty(), entry -> {});

  /** Returns these settings in another mode. */
  public TuningSettings in(TuningMode other) {
    return new TuningSettings(other, bound, probe, listener);
  }

  /** Returns these settings with a bound on the latency of others. */
  public TuningSettings protecting(LatencyBound latency) {
    return new TuningSettings(mode, Optional.of(latency), probe, listener);
  }

  /** Returns these settings with another probe. */
  public TuningSettings probing(Supplier<? extends CompletionStage<?>> by) {
    return new TuningSettings(mode, bound, Optional.of(by), listener);
  }

  /** Returns these settings with another listener. */
  public TuningSettings heardBy(Consumer<TuningEntry> by) {
    return new TuningSettings(mode, bound, probe, by);
  }
}
