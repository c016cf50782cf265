package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What one detector has seen of one component: whether it is a bottleneck by now. */
final class Episode {

  private final BottleneckKind kind;
  private final Persistence persistence;

  /** The last samples, the newest in the lowest bit; set where the symptom was seen. */
  private long seen;

  private int quiet;
  private @Nullable Detection detection;
  private Instant firstSeen = Instant.EPOCH;
  private Instant lastSeen = Instant.EPOCH;
  private boolean open;

  Episode(BottleneckKind kind, Persistence persistence) {
    this.kind = kind;
    this.persistence = persistence;
  }

  /** What a sample has shown of it; null for nothing. */
  void add(Instant time, @Nullable Detection now) {
    seen = (seen << 1 | (now == null ? 0 : 1)) & ((1L << persistence.of()) - 1);
    if (now == null) {
      quiet++;
      open &= quiet < persistence.quiet();
      return;
    }
    if (!open && Long.bitCount(seen) == 1) {
      firstSeen = time;
    }
    quiet = 0;
    detection = now;
    lastSeen = time;
    open |= Long.bitCount(seen) >= persistence.seen();
  }

  boolean isOpen() {
    return open;
  }

  /** Whether nothing of it is left to remember. */
  boolean isForgotten() {
    return !open && seen == 0;
  }

  /** What is known of it; only of one that has been open. */
  Bottleneck bottleneck() {
    Detection last = detection;
    if (last == null) {
      throw new IllegalStateException(kind + " was never seen");
    }
    return new Bottleneck(
        kind + ":" + last.component() + ":" + firstSeen.getEpochSecond(),
        kind,
        last.component(),
        last.evidence(),
        last.reason(),
        last.recommendation(),
        last.proposal(),
        firstSeen,
        lastSeen,
        open);
  }
}
