package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
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
      case PARTITION -> partition(statement);
      case REPLICA_SET -> replicas(statement);
    };
  }

  /** The statement's partition; {@link Place.Unknown} if it does not tell it. */
  static Place partition(BatchableStatement<?> statement) {
    ByteBuffer key = Common.isForBatches(statement) ? statement.getRoutingKey() : null;
    return key == null
        ? new Place.Unknown()
        : new Place.Partition(statement.getRoutingKeyspace(), key);
  }

  /** The replicas of the statement's partition; the partition if they are not known. */
  private Place replicas(BatchableStatement<?> statement) {
    ByteBuffer key = statement.getRoutingKey();
    if (key == null) {
      return new Place.Unknown();
    }
    CqlIdentifier keyspace = statement.getRoutingKeyspace();
    Place place = keyspace == null ? null : replicas(keyspace, key);
    return place == null ? new Place.Partition(keyspace, key) : place;
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
