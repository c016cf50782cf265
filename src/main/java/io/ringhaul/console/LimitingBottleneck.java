package io.ringhaul.console;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.LimitingFactor;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Selects the bottleneck that limited a job overall, as the summary of an operation does. */
final class LimitingBottleneck {

  private LimitingBottleneck() {}

  /**
   * Returns the reason of the longest bottleneck of the kind with the longest total time; empty if
   * no kind lasted long enough.
   *
   * @param seconds the measured time of the job
   */
  static Optional<String> reason(Collection<Bottleneck> bottlenecks, double seconds) {
    if (seconds <= 0) {
      return Optional.empty();
    }
    return bottlenecks.stream()
        .filter(bottleneck -> bottleneck.kind().isCause())
        .collect(Collectors.groupingBy(Bottleneck::kind))
        .values()
        .stream()
        .filter(sameKind -> held(sameKind) / seconds >= LimitingFactor.LEAST_SHARE)
        .max(Comparator.comparingDouble(LimitingBottleneck::held))
        .flatMap(
            sameKind -> sameKind.stream().max(Comparator.comparing(LimitingBottleneck::length)))
        .map(Bottleneck::reason);
  }

  private static Duration length(Bottleneck bottleneck) {
    return Duration.between(bottleneck.since(), bottleneck.lastSeen());
  }

  /**
   * Returns the seconds in which at least one of the bottlenecks held; several nodes can have the
   * same kind at once.
   */
  private static double held(List<Bottleneck> sameKind) {
    Duration sum = Duration.ZERO;
    Instant until = Instant.MIN;
    for (Bottleneck bottleneck :
        sameKind.stream().sorted(Comparator.comparing(Bottleneck::since)).toList()) {
      Instant from = bottleneck.since().isAfter(until) ? bottleneck.since() : until;
      if (bottleneck.lastSeen().isAfter(from)) {
        sum = sum.plus(Duration.between(from, bottleneck.lastSeen()));
        until = bottleneck.lastSeen();
      }
    }
    return sum.toMillis() / 1e3;
  }
}
