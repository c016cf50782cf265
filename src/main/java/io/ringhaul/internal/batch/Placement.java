package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.batch.Grouping;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Tells by a {@link Grouping} which statements may share a batch. Thread-safe. */
public final class Placement {

  private static final RingLocation ANYWHERE = new RingLocation.Anywhere();

  private final CqlSession session;
  private final Grouping grouping;
  private final Map<CqlIdentifier, ReplicaLocations> keyspaces = new ConcurrentHashMap<>();

  public Placement(CqlSession session, Grouping grouping) {
    this.session = session;
    this.grouping = grouping;
  }

  /** Where the statement belongs; {@link RingLocation.Unknown} if it is to go alone. */
  public RingLocation of(BatchableStatement<?> statement) {
    if (!BatchAttributes.isForBatches(statement)) {
      return new RingLocation.Unknown();
    }
    return switch (grouping) {
      case NONE -> ANYWHERE;
      case PARTITION, REPLICA_SET -> partition(statement);
    };
  }

  /** The statement's partition; {@link RingLocation.Unknown} if it does not tell it. */
  public static RingLocation partition(BatchableStatement<?> statement) {
    ByteBuffer key = BatchAttributes.isForBatches(statement) ? statement.getRoutingKey() : null;
    return key == null
        ? new RingLocation.Unknown()
        : new RingLocation.Partition(statement.getRoutingKeyspace(), key);
  }

  /** The replicas that a batch of one partition may share with others; null if it shares none. */
  @Nullable
  public BatchKey shared(BatchKey partition) {
    if (grouping != Grouping.REPLICA_SET
        || !partition.kind().isRepeatable()
        || !(partition.location() instanceof RingLocation.Partition one)
        || one.keyspace() == null) {
      return null;
    }
    RingLocation replicas = replicas(one.keyspace(), one.key());
    return replicas == null
        ? null
        : new BatchKey(replicas, partition.kind(), partition.attributes());
  }

  private @Nullable RingLocation replicas(CqlIdentifier keyspace, ByteBuffer key) {
    TokenMap tokenMap = session.getMetadata().getTokenMap().orElse(null);
    if (tokenMap == null) {
      return null;
    }
    ReplicaLocations locations = keyspaces.get(keyspace);
    if (locations == null || !locations.areOf(tokenMap)) {
      locations = ReplicaLocations.of(session, tokenMap, keyspace);
      keyspaces.put(keyspace, locations);
    }
    return locations.of(key);
  }
}
