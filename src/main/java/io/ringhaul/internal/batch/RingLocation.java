package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Where on the ring the statements of a batch belong. */
public sealed interface RingLocation {

  /** A statement that does not tell its partition, or has to be without others: it goes alone. */
  record Unknown() implements RingLocation {}

  /**
   * One partition.
   *
   * @param keyspace null if the statements tell none
   */
  record Partition(@Nullable CqlIdentifier keyspace, ByteBuffer key) implements RingLocation {

    /** Equal keys are rarely those of two keyspaces. */
    @Override
    public int hashCode() {
      return key.hashCode();
    }
  }

  /**
   * Any partition of a keyspace that these nodes hold.
   *
   * @param replicas host ids
   */
  record Replicas(CqlIdentifier keyspace, List<UUID> replicas) implements RingLocation {}

  /** Anywhere. */
  record Anywhere() implements RingLocation {}

  /** Whether it is known that all that is there has one key in one keyspace. */
  default boolean isKnownPartition() {
    return this instanceof Partition partition && partition.keyspace() != null;
  }

  /** Whether all that is there is one mutation. */
  default boolean isOnePartition() {
    return this instanceof Partition || this instanceof Unknown;
  }
}
