package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.LimitingFactor;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Adds up where the time of an operation goes, to tell at its end what limited it. */
final class TimeTally {

  /** A shorter job is mostly its own start, which tells nothing of what limits it. */
  private static final double LEAST_SECONDS = 3;

  private final OperationKind work;
  private final Predicate<Sample> held;
  private final StageTimes times = new StageTimes();
  private final Map<BottleneckKind, Double> open = new EnumMap<>(BottleneckKind.class);
  private double seconds;
  private double limited;

  /**
   * @param held whether the limits that were asked for bound the speed in the time of a sample
   */
  TimeTally(OperationKind work, Predicate<Sample> held) {
    this.work = work;
    this.held = held;
  }

  void add(Sample sample, Collection<Bottleneck> bottlenecks) {
    seconds += sample.seconds();
    times.add(sample.stages());
    if (sample.paused() || held.test(sample)) {
      limited += sample.seconds();
    }
    Set<BottleneckKind> kinds = new HashSet<>();
    bottlenecks.forEach(bottleneck -> kinds.add(bottleneck.kind()));
    kinds.forEach(kind -> open.merge(kind, sample.seconds(), Double::sum));
  }

  /** Empty if too little was timed. */
  Optional<LimitingFactor> most() {
    if (seconds < LEAST_SECONDS) {
      return Optional.empty();
    }
    double limitShare = limited / seconds;
    if (limitShare >= LimitingFactor.LEAST_SHARE) {
      return Optional.of(
          new LimitingFactor(
              "limits",
              limitShare,
              FigureText.of(
                  "its own limits: they held it for %d %% of the time",
                  FigureText.percent(limitShare))));
    }
    return bottleneck().or(this::stage);
  }

  private Optional<LimitingFactor> bottleneck() {
    return open.entrySet().stream()
        .filter(each -> each.getKey().isCause())
        .filter(each -> each.getValue() / seconds >= LimitingFactor.LEAST_SHARE)
        .max(Map.Entry.comparingByValue())
        .map(
            each -> {
              double share = each.getValue() / seconds;
              return new LimitingFactor(
                  each.getKey().name(),
                  share,
                  FigureText.of(
                      "%s for %d %% of the time",
                      each.getKey().label(), FigureText.percent(share)));
            });
  }

  private Optional<LimitingFactor> stage() {
    return List.of(Stage.values()).stream()
        .max((one, other) -> Double.compare(times.share(one), times.share(other)))
        .filter(stage -> times.share(stage) > 0)
        .map(
            stage ->
                new LimitingFactor(
                    stage.name().toLowerCase(Locale.ROOT),
                    times.share(stage),
                    FigureText.of(
                        "%s for %d %% of the workers' time",
                        name(stage), FigureText.percent(times.share(stage)))));
  }

  private String name(Stage stage) {
    return switch (stage) {
      case PLAN -> "planning";
      case WAIT -> "the cluster: waiting for its answers";
      case DECODE -> "this process: decoding";
      case ENCODE -> "this process: encoding";
      case WRITE ->
          work == OperationKind.EXPORT ? "the disk: writing files" : "the cluster: writing";
      case COMMIT -> "checkpoints and the commit";
    };
  }
}
