package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.jobstore.Metric;
import io.ringhaul.limits.Pause;
import io.ringhaul.monitor.Health;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.LimitingFactor.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The health of a job and what limits it, as other processes read it from the job's metrics.
 *
 * @param limitedBy what limits it now; empty if unknown
 * @param overall what limited it so far; empty if unknown
 * @param health its health; empty if unknown
 * @param pause why and until when it is paused; empty if it is not
 */
public record StoredCondition(
    Optional<LimitingFactor> limitedBy,
    Optional<LimitingFactor> overall,
    Optional<Health> health,
    Optional<Pause> pause) {

  /** Nothing is known. */
  public static final StoredCondition UNKNOWN =
      new StoredCondition(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  private static final String LIMITED_BY = "limited_by:";
  private static final String OVERALL = "limited_overall:";
  private static final String HEALTH = "health:";
  private static final String PAUSE = "pause";

  /** Returns the metrics that {@link #read} reads. */
  List<Metric> metrics(Instant time) {
    List<Metric> all = new ArrayList<>();
    limitedBy.ifPresent(factor -> add(all, time, LIMITED_BY, factor));
    overall.ifPresent(factor -> add(all, time, OVERALL, factor));
    health.ifPresent(
        each ->
            all.add(
                metric(
                    time,
                    HEALTH + each.state().key(),
                    MetricName.AGE_SECONDS,
                    each.since().toMillis() / 1e3,
                    each.text())));
    pause.ifPresent(
        each -> {
          all.add(
              metric(
                  time,
                  PAUSE,
                  MetricName.SINCE,
                  (double) each.since().getEpochSecond(),
                  each.reason()));
          each.until()
              .ifPresent(
                  until ->
                      all.add(
                          Metric.of(
                              time,
                              PAUSE,
                              MetricName.UNTIL.key(),
                              (double) until.getEpochSecond())));
        });
    return all;
  }

  private static void add(List<Metric> to, Instant time, String prefix, LimitingFactor factor) {
    String component = prefix + factor.kind().key();
    to.add(Metric.of(time, component, MetricName.SHARE.key(), factor.share()));
    factor
        .value()
        .ifPresent(
            value -> to.add(Metric.of(time, component, MetricName.VALUE.key(), (double) value)));
  }

  private static Metric metric(
      Instant time, String component, MetricName name, double value, String text) {
    return new Metric(time, component, name.key(), value, OptionalInt.empty(), Optional.of(text));
  }

  /** Whether metrics of this component belong to a condition, so that only the newest count. */
  public static boolean has(String component) {
    return component.equals(PAUSE)
        || Stream.of(LIMITED_BY, OVERALL, HEALTH).anyMatch(component::startsWith);
  }

  /** Reads the condition at the newest time of these metrics. */
  public static StoredCondition read(Collection<Metric> metrics) {
    Optional<Instant> time = metrics.stream().map(Metric::time).max(Instant::compareTo);
    List<Metric> newest =
        metrics.stream().filter(each -> time.filter(each.time()::equals).isPresent()).toList();
    return new StoredCondition(
        factor(newest, LIMITED_BY), factor(newest, OVERALL), health(newest), pause(newest));
  }

  private static Optional<LimitingFactor> factor(List<Metric> metrics, String prefix) {
    return Arrays.stream(Kind.values())
        .flatMap(
            kind -> {
              String component = prefix + kind.key();
              return find(metrics, component, MetricName.SHARE).stream()
                  .map(
                      share ->
                          new LimitingFactor(
                              kind,
                              share.value(),
                              find(metrics, component, MetricName.VALUE)
                                  .map(value -> OptionalLong.of(Math.round(value.value())))
                                  .orElse(OptionalLong.empty())));
            })
        .findFirst();
  }

  private static Optional<Health> health(List<Metric> metrics) {
    return Arrays.stream(Health.State.values())
        .flatMap(
            state ->
                find(metrics, HEALTH + state.key(), MetricName.AGE_SECONDS).stream()
                    .map(
                        since ->
                            new Health(
                                state,
                                since.context().orElse(state.label()),
                                Duration.ofMillis(Math.round(since.value() * 1e3)))))
        .findFirst();
  }

  private static Optional<Pause> pause(List<Metric> metrics) {
    return find(metrics, PAUSE, MetricName.SINCE)
        .map(
            since ->
                new Pause(
                    since.context().orElse(""),
                    Instant.ofEpochSecond(Math.round(since.value())),
                    find(metrics, PAUSE, MetricName.UNTIL)
                        .map(until -> Instant.ofEpochSecond(Math.round(until.value())))));
  }

  private static Optional<Metric> find(List<Metric> metrics, String component, MetricName name) {
    return metrics.stream()
        .filter(each -> each.component().equals(component) && each.name().equals(name.key()))
        .findFirst();
  }
}
