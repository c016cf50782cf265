package io.ringhaul;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.tuning.LatencyBound;
import io.ringhaul.internal.tuning.TuningSettings;
import io.ringhaul.job.TuningEntry;
import io.ringhaul.limits.TuningMode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a request says of how the parameters of its operation change while it runs.
 *
 * @param <S> the request's own type
 */
public abstract sealed class TunedRequest<S extends TunedRequest<S>> extends LimitedRequest<S>
    permits MonitoredRequest {

  private TuningSettings tuning = TuningSettings.DEFAULT;

  /**
   * What becomes of the parameters while the operation runs: requests in flight, workers, page or
   * batch size. Default: {@link TuningMode#ADVISE}, which changes nothing that nobody asked to be
   * changed, and says what would help.
   *
   * <p>With {@link TuningMode#ADAPT} what is set on the request is where it begins, and may be
   * changed; what is not set begins with what worked for an earlier job of the same kind on the
   * same table and cluster, if the job's store knows of one. Limits are kept in any case.
   *
   * @see #onTuning(Consumer)
   */
  public S tuning(TuningMode mode) {
    this.tuning = tuning.in(mode);
    return self();
  }

  /**
   * Holds the operation back so that others do not suffer: a probe reads a random known partition
   * of the table at LOCAL_QUORUM, up to 100 times a second, and there are so few requests in
   * flight, down to none for a part of the time, that the 99th percentile of its latency stays
   * below the bound. It begins with one request and lets more in while the probe is quick. If the
   * probe is slow without the operation, that goes on with one request for a sixteenth of the time.
   * It works in every {@linkplain #tuning mode}. Default: no probe.
   *
   * @param p99 the bound, 1 ms to 1 minute
   * @param over the time of which the percentile is taken, 1 s to 10 minutes
   * @throws InvalidSettingException if one is out of bounds
   */
  public S protectLatency(Duration p99, Duration over) {
    this.tuning = tuning.protecting(new LatencyBound(p99, over));
    return self();
  }

  /**
   * As above, with a probe of the caller, such as the request that must stay quick, through the
   * session that sends it.
   *
   * @param probe sends a request and does not wait for its answer; called up to 100 times a second
   *     on a thread of the operation
   */
  public S protectLatency(
      Duration p99, Duration over, Supplier<? extends CompletionStage<?>> probe) {
    this.tuning = tuning.probing(Objects.requireNonNull(probe));
    return protectLatency(p99, over);
  }

  /**
   * Hears of each advice and of each change of a parameter, and of a change once more when its
   * effect is known, on a thread of the operation. Default: nobody does.
   */
  public S onTuning(Consumer<TuningEntry> listener) {
    this.tuning = tuning.heardBy(Objects.requireNonNull(listener));
    return self();
  }

  /** What was said. */
  final TuningSettings tuning() {
    return tuning;
  }

  @Override
  abstract S self();
}
