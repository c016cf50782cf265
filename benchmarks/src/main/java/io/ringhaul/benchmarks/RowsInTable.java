package io.ringhaul.benchmarks;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.ring.TokenRange;
import java.util.Objects;
import java.util.stream.Collectors;

/** Counts a table without asking who wrote it. */
final class RowsInTable {

  /** So many that a range of ten million rows is counted well within the server's time limit. */
  private static final int PIECES = 64;

  private RowsInTable() {}

  /** All rows, counted by the server piece by piece of the ring. */
  static long in(CqlSession session, String table) {
    TableMetadata metadata =
        session
            .getMetadata()
            .getKeyspace(BenchCluster.KEYSPACE)
            .flatMap(found -> found.getTable(CqlIdentifier.fromInternal(table)))
            .orElseThrow();
    String key =
        metadata.getPartitionKey().stream()
            .map(column -> column.getName().asCql(true))
            .collect(Collectors.joining(", "));
    PreparedStatement count =
        session.prepare(
            String.format(
                "SELECT count(*) FROM %s.%s WHERE token(%s) > ? AND token(%s) <= ?",
                BenchCluster.KEYSPACE, table, key, key));
    long rows = 0;
    for (TokenRange range : TokenRange.wholeRing().split(PIECES)) {
      for (TokenRange piece : range.unwrap()) {
        rows +=
            Objects.requireNonNull(
                    session
                        .execute(count.bind(piece.startExclusive(), piece.endInclusive()))
                        .one())
                .getLong(0);
      }
    }
    return rows;
  }
}
