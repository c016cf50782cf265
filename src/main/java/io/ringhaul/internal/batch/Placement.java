package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import io.ringhaul.batch.Grouping;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.internal.ring.TableRings;
import io.ringhaul.internal.ring.TokenRing;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Decides by a {@link Grouping} which statements may share a batch. Thread-safe. */
public final class Placement {

  private static final RingLocation ANYWHERE = new RingLocation.Anywhere();

  private final Grouping grouping;
  private final TableRings rings;
  private final Map<ReplicaList, RingLocation> locations = new ConcurrentHashMap<>();

  public Placement(TableRings rings, Grouping grouping) {
    this.rings = rings;
    this.grouping = grouping;
  }

  /** The location of a statement; {@link RingLocation.Alone} if it must be sent alone. */
  public RingLocation of(BatchableStatement<?> statement) {
    if (!BatchAttributes.isForBatches(statement)) {
      return new RingLocation.Alone();
    }
    return switch (grouping) {
      case NONE -> ANYWHERE;
      case PARTITION, REPLICA_SET -> partition(statement);
    };
  }

  /** The partition of a statement; {@link RingLocation.Alone} if it has no routing key. */
  public static RingLocation partition(BatchableStatement<?> statement) {
    ByteBuffer key = BatchAttributes.isForBatches(statement) ? statement.getRoutingKey() : null;
    return key == null
        ? new RingLocation.Alone()
        : new RingLocation.Partition(statement.getRoutingKeyspace(), key);
  }

  /**
   * The batch key of the replicas on which a batch of one partition may share a request; null if it
   * may not.
   *
   * @param statement a statement of the batch
   */
  @Nullable
  public BatchKey shared(BatchKey partition, BatchableStatement<?> statement) {
    if (grouping != Grouping.REPLICA_SET
        || !partition.kind().isRepeatable()
        || !(partition.location() instanceof RingLocation.Partition one)
        || one.keyspace() == null) {
      return null;
    }
    TokenRing ring = rings.of(one.keyspace(), statement);
    if (ring == null) {
      return null;
    }
    List<UUID> replicas = ring.rangeOf(Murmur3.token(one.key())).replicas();
    return new BatchKey(
        locations.computeIfAbsent(new ReplicaList(one.keyspace(), replicas), ReplicaList::location),
        partition.kind(),
        partition.attributes());
  }

  /** Replicas in ring order; lists that differ only in order have equal locations. */
  private record ReplicaList(CqlIdentifier keyspace, List<UUID> replicas) {

    RingLocation location() {
      return new RingLocation.Replicas(keyspace, replicas.stream().sorted().toList());
    }
  }
}
