package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.Version;
import com.datastax.oss.driver.api.core.cql.ResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * A cluster of ScyllaDB.
 *
 * @param version its version, such as {@code 2025.4.1}
 */
public record ScyllaDb(String version) {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /**
   * Returns what a session is connected to; empty for Cassandra. ScyllaDB reports a version of
   * Cassandra before 4.0, so that only a cluster with such a version costs a query.
   */
  public static Optional<ScyllaDb> of(CqlSession session) {
    if (session.getMetadata().getNodes().values().stream()
        .map(node -> node.getCassandraVersion())
        .filter(Objects::nonNull)
        .noneMatch(version -> version.compareTo(Version.V4_0_0) < 0)) {
      return Optional.empty();
    }
    try {
      ResultSet versions =
          session.execute(system("SELECT version FROM system.versions WHERE key = 'local'"));
      return Optional.ofNullable(versions.one()).map(row -> new ScyllaDb(row.getString(0)));
    } catch (QueryValidationException e) {
      // Cassandra has no such table.
      return Optional.empty();
    }
  }

  /** Returns the number of shards of each node, by host id; empty if they are unknown. */
  public Map<UUID, Integer> shards(CqlSession session) {
    Map<UUID, Integer> shards = new HashMap<>();
    try {
      for (Row row :
          session.execute(
              system("SELECT host_id, shard_count FROM system.topology WHERE key = 'topology'"))) {
        if (!row.isNull(0) && !row.isNull(1)) {
          shards.put(row.getUuid(0), row.getInt(1));
        }
      }
    } catch (QueryValidationException e) {
      // A version without this table, or a role that may not read it.
      return Map.of();
    }
    return shards;
  }

  /** Returns the id of a table or view, by which the system tables list its tablets. */
  static Optional<UUID> tableId(CqlSession session, CqlIdentifier keyspace, CqlIdentifier table) {
    return session
        .getMetadata()
        .getKeyspace(keyspace)
        .flatMap(
            each ->
                each.getTable(table)
                    .<RelationMetadata>map(found -> found)
                    .or(() -> each.getView(table)))
        .flatMap(RelationMetadata::getId);
  }

  /**
   * Returns the size of a table on tablets, the largest replica of each.
   *
   * @return bytes of one copy; 0 if the version does not tell
   */
  public static long tabletBytes(CqlSession session, CqlIdentifier keyspace, CqlIdentifier table) {
    Optional<UUID> id = tableId(session, keyspace, table);
    if (id.isEmpty()) {
      return 0;
    }
    double sum = 0;
    for (Row row :
        session.execute(
            system("SELECT replicas FROM system.tablet_sizes WHERE table_id = ?", id.get()))) {
      Map<UUID, Long> replicas = row.getMap(0, UUID.class, Long.class);
      sum += replicas == null || replicas.isEmpty() ? 0 : Collections.max(replicas.values());
    }
    return (long) sum;
  }

  /** A query of a system table, which any node answers. */
  static SimpleStatement system(String query, Object... values) {
    return SimpleStatement.newInstance(query, values).setIdempotent(true).setTimeout(PATIENCE);
  }
}
