package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.ring.ReplicatedRange;
import io.ringhaul.internal.ring.TokenRing;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The locations of a keyspace that have other replicas than the rest, by the ring as the session
 * knew it at one moment. Immutable.
 */
final class ReplicaLocations {

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaLocations.class);

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
          TokenRing.discover(session.getMetadata(), keyspace, LocalNodes.of(session).datacenter());
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
            bySet.computeIfAbsent(set, replicas -> new RingLocation.Replicas(keyspace, replicas)));
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
