package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.batch.OpenBatches.Slot;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Tells by a {@link Grouping} which statements may share a batch. Thread-safe. */
final class Placement {

  private static final Place ANYWHERE = new Place.Anywhere();

  private final CqlSession session;
  private final Grouping grouping;
  private final Map<CqlIdentifier, ReplicaPlaces> keyspaces = new ConcurrentHashMap<>();

  Placement(CqlSession session, Grouping grouping) {
    this.session = session;
    this.grouping = grouping;
  }

  /** Where the statement belongs; {@link Place.Unknown} if it is to go alone. */
  Place of(BatchableStatement<?> statement) {
    if (!Common.isForBatches(statement)) {
      return new Place.Unknown();
    }
    return switch (grouping) {
      case NONE -> ANYWHERE;
      case PARTITION, REPLICA_SET -> partition(statement);
    };
  }

  /** The statement's partition; {@link Place.Unknown} if it does not tell it. */
  static Place partition(BatchableStatement<?> statement) {
    ByteBuffer key = Common.isForBatches(statement) ? statement.getRoutingKey() : null;
    return key == null
        ? new Place.Unknown()
        : new Place.Partition(statement.getRoutingKeyspace(), key);
  }

  /** The replicas that a batch of one partition may share with others; null if it shares none. */
  @Nullable Slot shared(Slot partition) {
    if (grouping != Grouping.REPLICA_SET
        || !partition.kind().isRepeatable()
        || !(partition.place() instanceof Place.Partition one)
        || one.keyspace() == null) {
      return null;
    }
    Place replicas = replicas(one.keyspace(), one.key());
    return replicas == null ? null : new Slot(replicas, partition.kind(), partition.common());
  }

  private @Nullable Place replicas(CqlIdentifier keyspace, ByteBuffer key) {
    TokenMap tokenMap = session.getMetadata().getTokenMap().orElse(null);
    if (tokenMap == null) {
      return null;
    }
    ReplicaPlaces places = keyspaces.get(keyspace);
    if (places == null || !places.areOf(tokenMap)) {
      places = ReplicaPlaces.of(session, tokenMap, keyspace);
      keyspaces.put(keyspace, places);
    }
    return places.of(key);
  }
}
