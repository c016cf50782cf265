package io.ringhaul.internal.tuning;

import io.ringhaul.job.TuningEntry;
import io.ringhaul.limits.TuningMode;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tuning settings of a job.
 *
 * @param bound the maximum latency of a probe; empty for no probe
 * @param probe sends a small request to the cluster; empty for {@link KeyProbe}
 * @param listener receives each change and advice, and a change again with its measured effect
 */
public record TuningSettings(
    TuningMode mode,
    Optional<LatencyBound> bound,
    Optional<Supplier<? extends CompletionStage<?>>> probe,
    Consumer<TuningEntry> listener) {

  /** Advice only: no changes, no probe, no listener. */
  public static final TuningSettings DEFAULT =
      new TuningSettings(TuningMode.ADVISE, Optional.empty(), Optional.empty(), entry -> {});

  /** Returns these settings with another mode. */
  public TuningSettings in(TuningMode other) {
    return new TuningSettings(other, bound, probe, listener);
  }

  /** Returns these settings with a bound on the latency of a probe. */
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
