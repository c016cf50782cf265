package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.batch.Grouping;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.internal.batch.OpenBatches.BatchKey;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.ReplicatedRange;
import io.ringhaul.internal.ring.TokenRing;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides by a {@link Grouping} which statements may share a batch. Thread-safe. */
public final class Placement {

  private static final Logger LOG = LoggerFactory.getLogger(Placement.class);

  private static final RingLocation ANYWHERE = new RingLocation.Anywhere();

  private final CqlSession session;
  private final Grouping grouping;
  private final Map<CqlIdentifier, ReplicaLocations> keyspaces = new ConcurrentHashMap<>();

  public Placement(CqlSession session, Grouping grouping) {
    this.session = session;
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
   */
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

  /** The locations of the replica sets of a keyspace, in one version of the ring. Immutable. */
  private static final class ReplicaLocations {

    private final TokenMap tokenMap;
    private final @Nullable TokenRing ring;

    /** The location of each list of replicas; lists that differ only in order share a location. */
    private final Map<List<UUID>, RingLocation> locations;

    private ReplicaLocations(
        TokenMap tokenMap, @Nullable TokenRing ring, Map<List<UUID>, RingLocation> locations) {
      this.tokenMap = tokenMap;
      this.ring = ring;
      this.locations = locations;
    }

    /**
     * Reads the ring from the session's metadata. Without a readable ring there are no locations.
     */
    static ReplicaLocations of(CqlSession session, TokenMap tokenMap, CqlIdentifier keyspace) {
      TokenRing ring;
      try {
        ring =
            TokenRing.discover(
                session.getMetadata(), keyspace, LocalNodes.of(session).datacenter());
      } catch (UnsupportedClusterException e) {
        LOG.debug(
            "Statements for {} are grouped by partition because the ring is not available",
            keyspace,
            e);
        return new ReplicaLocations(tokenMap, null, Map.of());
      }
      Map<List<UUID>, RingLocation> bySet = new HashMap<>();
      Map<List<UUID>, RingLocation> locations = new HashMap<>();
      for (ReplicatedRange range : ring.ranges()) {
        if (!locations.containsKey(range.replicas())) {
          List<UUID> set = range.replicas().stream().sorted().toList();
          locations.put(
              range.replicas(),
              bySet.computeIfAbsent(
                  set, replicas -> new RingLocation.Replicas(keyspace, replicas)));
        }
      }
      return new ReplicaLocations(tokenMap, ring, locations);
    }

    /**
     * Whether these locations come from this token map. The driver replaces the map with every
     * change.
     */
    boolean areOf(TokenMap current) {
      return tokenMap == current;
    }

    /** The location of a partition; null if the ring is unknown. */
    @Nullable RingLocation of(ByteBuffer routingKey) {
      if (ring == null) {
        return null;
      }
      long token = Long.parseLong(tokenMap.format(tokenMap.newToken(routingKey)));
      return locations.get(ring.rangeOf(token).replicas());
    }
  }
}
