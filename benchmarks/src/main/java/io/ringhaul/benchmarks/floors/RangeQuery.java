package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.benchmarks.cluster.BenchCluster;
import io.ringhaul.schema.TokenRange;
import java.time.Duration;
import java.util.stream.Collectors;

/** A prepared query of one token range of a table with only the driver. */
final class RangeQuery {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final PreparedStatement between;
  private final PreparedStatement after;
  private final PreparedStatement upTo;
  private final TokenMap tokens;
  private final int pageSize;

  /**
   * Prepares the query.
   *
   * @param selection the text between SELECT and FROM
   * @param pageSize in rows
   */
  RangeQuery(CqlSession session, String table, String selection, int pageSize) {
    String token =
        metadata(session, table).getPartitionKey().stream()
            .map(column -> column.getName().asCql(true))
            .collect(Collectors.joining(", ", "token(", ")"));
    String select =
        String.format("SELECT %s FROM %s.%s WHERE ", selection, BenchCluster.KEYSPACE, table);
    this.between = session.prepare(select + token + " > ? AND " + token + " <= ?");
    this.after = session.prepare(select + token + " > ?");
    this.upTo = session.prepare(select + token + " <= ?");
    this.tokens = session.getMetadata().getTokenMap().orElseThrow();
    this.pageSize = pageSize;
  }

  /** Returns the driver's metadata of a table in the benchmark keyspace. */
  static TableMetadata metadata(CqlSession session, String table) {
    return session
        .getMetadata()
        .getKeyspace(BenchCluster.KEYSPACE)
        .flatMap(keyspace -> keyspace.getTable(table))
        .orElseThrow(() -> new IllegalArgumentException("There is no table " + table));
  }

  /** Returns the query of a range that does not wrap. */
  BoundStatement of(TokenRange piece) {
    BoundStatement statement;
    if (piece.endInclusive() == Long.MAX_VALUE) {
      statement = after.bind(piece.startExclusive());
    } else if (piece.startExclusive() == Long.MIN_VALUE) {
      statement = upTo.bind(piece.endInclusive());
    } else {
      statement = between.bind(piece.startExclusive(), piece.endInclusive());
    }
    return statement
        .setRoutingKeyspace(CqlIdentifier.fromInternal(BenchCluster.KEYSPACE))
        .setRoutingToken(tokens.parse(Long.toString(piece.endInclusive())))
        .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_QUORUM)
        .setIdempotent(true)
        .setTimeout(PATIENCE)
        .setPageSize(pageSize);
  }
}
