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

/** Tells by a {@link Grouping} which statements may share a batch. Thread-safe. */
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

  /**
   * The locations of a keyspace that have other replicas than the rest, by the ring as the session
   * knew it at one moment. Immutable.
   */
  private static final class ReplicaLocations {

    private final TokenMap tokenMap;
    private final @Nullable TokenRing ring;

    /** The location of each list of replicas: those that differ in order only have the same. */
    private final Map<List<UUID>, RingLocation> locations;

    private ReplicaLocations(
        TokenMap tokenMap, @Nullable TokenRing ring, Map<List<UUID>, RingLocation> locations) {
      this.tokenMap = tokenMap;
      this.ring = ring;
      this.locations = locations;
    }

    /** Reads the ring from the session's metadata; there are no locations if it cannot be read. */
    static ReplicaLocations of(CqlSession session, TokenMap tokenMap, CqlIdentifier keyspace) {
      TokenRing ring;
      try {
        ring =
            TokenRing.discover(
                session.getMetadata(), keyspace, LocalNodes.of(session).datacenter());
      } catch (UnsupportedClusterException e) {
        LOG.debug("The statements for {} are grouped by partition", keyspace, e);
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

    /** Whether these were read from that token map, which the driver replaces with every change. */
    boolean areOf(TokenMap current) {
      return tokenMap == current;
    }

    /** The location of a partition; null if the ring is not known. */
    @Nullable RingLocation of(ByteBuffer routingKey) {
      if (ring == null) {
        return null;
      }
      long token = Long.parseLong(tokenMap.format(tokenMap.newToken(routingKey)));
      return locations.get(ring.rangeOf(token).replicas());
    }
  }
}
