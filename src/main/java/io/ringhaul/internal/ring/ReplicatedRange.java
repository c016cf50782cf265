package io.ringhaul.internal.ring;

import io.ringhaul.schema.TokenRange;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;

/**
 * A range of the ring and the nodes that hold its rows.
 *
 * @param range the range
 * @param replicas host ids of the nodes, the primary first; unmodifiable
 */
public record ReplicatedRange(TokenRange range, List<UUID> replicas) implements Serializable {

  /** Copies the list. */
  public ReplicatedRange {
    replicas = List.copyOf(replicas);
  }
}
