package io.ringhaul.console;

import io.ringhaul.monitor.Bottleneck;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A current or past bottleneck of a job.
 *
 * @param evidence measured figures by name
 * @param parameter the parameter to change
 * @param value the recommended value
 */
record BottleneckView(
    String id,
    String job,
    String kind,
    String component,
    Map<String, Double> evidence,
    String reason,
    String recommendation,
    @Nullable String parameter,
    @Nullable Long value,
    String firstSeen,
    String lastSeen,
    boolean open) {

  static BottleneckView of(UUID job, Bottleneck bottleneck) {
    return new BottleneckView(
        bottleneck.id(),
        job.toString(),
        bottleneck.kind().name(),
        bottleneck.component(),
        bottleneck.evidence(),
        bottleneck.reason(),
        bottleneck.recommendation(),
        bottleneck.proposal().map(Bottleneck.Proposal::parameter).orElse(null),
        bottleneck.proposal().map(Bottleneck.Proposal::value).orElse(null),
        Times.text(bottleneck.since()),
        Times.text(bottleneck.lastSeen()),
        bottleneck.open());
  }
}
