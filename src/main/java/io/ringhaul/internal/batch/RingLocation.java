package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The part of the ring to which the statements of a batch belong. */
public sealed interface RingLocation {

  /**
   * The location of a statement that is sent alone: it has no routing key, or must not share a
   * batch.
   */
  record Alone() implements RingLocation {}

  /**
   * One partition.
   *
   * @param keyspace null if the statements have none
   */
  record Partition(@Nullable CqlIdentifier keyspace, ByteBuffer key) implements RingLocation {

    /** Hashes the key only: equal keys rarely belong to different keyspaces. */
    @Override
    public int hashCode() {
      return key.hashCode();
    }
  }

  /**
   * All partitions of a keyspace with these replicas.
   *
   * @param replicas host ids
   */
  record Replicas(CqlIdentifier keyspace, List<UUID> replicas) implements RingLocation {}

  /** The whole ring. */
  record Anywhere() implements RingLocation {}

  /** Whether all statements here are known to have one key in one keyspace. */
  default boolean isKnownPartition() {
    return this instanceof Partition partition && partition.keyspace() != null;
  }

  /** Whether a batch here is one mutation for the server. */
  default boolean isOnePartition() {
    return this instanceof Partition || this instanceof Alone;
  }
}
