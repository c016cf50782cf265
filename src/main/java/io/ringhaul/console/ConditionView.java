package io.ringhaul.console;

import io.ringhaul.internal.telemetry.StoredCondition;
import io.ringhaul.internal.telemetry.Tunable;
import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.LimitingFactor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The views of the health of a job and of what limits it. */
final class ConditionView {

  private ConditionView() {}

  /**
   * What limits a job.
   *
   * @param kind the kind in lower case, such as {@code rows_per_second}
   * @param share the share of the time, from 0 to 1
   * @param value the value of a limit in the unit of its kind; null for other kinds
   * @param text a text for people, such as {@code your limit of 8,000 rows/s}
   * @param parameter the parameter of {@code /api/tuning/apply} that changes it; null if none does
   */
  record LimitView(
      String kind, double share, @Nullable Long value, String text, @Nullable String parameter) {

    static LimitView of(LimitingFactor factor) {
      return new LimitView(
          factor.kind().key(),
          factor.share(),
          factor.value().isPresent() ? factor.value().getAsLong() : null,
          factor.description(),
          parameter(factor.kind()).orElse(null));
    }

    private static Optional<String> parameter(LimitingFactor.Kind kind) {
      return kind == LimitingFactor.Kind.IN_FLIGHT
          ? Optional.of(Tunable.IN_FLIGHT)
          : kind.setting().filter(TuningCalls.PARAMETERS::contains);
    }

    static @Nullable LimitView ofCurrent(StoredCondition condition) {
      return condition.limitedBy().map(LimitView::of).orElse(null);
    }

    static @Nullable LimitView ofWhole(StoredCondition condition) {
      return condition.overall().map(LimitView::of).orElse(null);
    }
  }

  /**
   * The health of a job.
   *
   * @param state the state in lower case, such as {@code running_well}
   * @param text a sentence for people without a full stop
   * @param sinceSeconds how long the state has lasted
   */
  record HealthView(String state, String text, double sinceSeconds) {

    static HealthView of(Health health) {
      return new HealthView(health.state().key(), health.text(), health.since().toMillis() / 1e3);
    }
  }

  /**
   * Why a job is paused.
   *
   * @param until the end of the pause; null if unknown
   */
  record PauseView(String reason, @Nullable String until) {

    static PauseView of(Pause pause) {
      return new PauseView(pause.reason(), Times.textOrNull(pause.until()));
    }
  }
}
