package io.ringhaul.console;

import io.ringhaul.job.StoredBottleneck;
import java.util.Map;
import java.util.TreeMap;
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

  static BottleneckView of(UUID job, StoredBottleneck bottleneck) {
    return new BottleneckView(
        bottleneck.id(),
        job.toString(),
        bottleneck.kind(),
        bottleneck.component(),
        new TreeMap<>(bottleneck.evidence()),
        bottleneck.reason(),
        bottleneck.recommendation(),
        bottleneck.parameter().orElse(null),
        bottleneck.value().orElse(null),
        Times.text(bottleneck.firstSeen()),
        Times.text(bottleneck.lastSeen()),
        bottleneck.open());
  }
}
