package io.ringhaul.internal.ring;

import io.ringhaul.schema.TokenRange;
import java.io.Serializable;
import java.util.List;
import java.util.UUID;

/**
 * A token range and the nodes that hold its rows.
 *
 * @param replicas host ids of the nodes, the primary first; unmodifiable
 */
public record ReplicatedRange(TokenRange range, List<UUID> replicas) implements Serializable {

  /** Copies the list of replicas. */
  public ReplicatedRange {
    replicas = List.copyOf(replicas);
  }
}
