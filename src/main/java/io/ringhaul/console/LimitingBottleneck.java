package io.ringhaul.console;

import io.ringhaul.job.StoredBottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.LimitingFactor;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Selects the bottleneck that limited a job overall, as the summary of an operation does. */
final class LimitingBottleneck {

  private static final Set<String> CAUSES =
      Arrays.stream(BottleneckKind.values())
          .filter(BottleneckKind::isCause)
          .map(BottleneckKind::name)
          .collect(Collectors.toUnmodifiableSet());

  private LimitingBottleneck() {}

  /**
   * Returns the reason of the longest bottleneck of the kind with the longest total time; empty if
   * no kind lasted long enough.
   *
   * @param seconds the measured time of the job
   */
  static Optional<String> reason(Collection<StoredBottleneck> bottlenecks, double seconds) {
    if (seconds <= 0) {
      return Optional.empty();
    }
    return bottlenecks.stream()
        .filter(bottleneck -> CAUSES.contains(bottleneck.kind()))
        .collect(Collectors.groupingBy(StoredBottleneck::kind))
        .values()
        .stream()
        .filter(sameKind -> held(sameKind) / seconds >= LimitingFactor.LEAST_SHARE)
        .max(Comparator.comparingDouble(LimitingBottleneck::held))
        .flatMap(
            sameKind -> sameKind.stream().max(Comparator.comparing(LimitingBottleneck::length)))
        .map(StoredBottleneck::reason);
  }

  private static Duration length(StoredBottleneck bottleneck) {
    return Duration.between(bottleneck.firstSeen(), bottleneck.lastSeen());
  }

  /**
   * Returns the seconds in which at least one of the bottlenecks held; several nodes can have the
   * same kind at once.
   */
  private static double held(List<StoredBottleneck> sameKind) {
    Duration sum = Duration.ZERO;
    Instant until = Instant.MIN;
    for (StoredBottleneck bottleneck :
        sameKind.stream().sorted(Comparator.comparing(StoredBottleneck::firstSeen)).toList()) {
      Instant from = bottleneck.firstSeen().isAfter(until) ? bottleneck.firstSeen() : until;
      if (bottleneck.lastSeen().isAfter(from)) {
        sum = sum.plus(Duration.between(from, bottleneck.lastSeen()));
        until = bottleneck.lastSeen();
      }
    }
    return sum.toMillis() / 1e3;
  }
}
