package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.RelationMetadata;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads whole tables as raw bytes of all columns with plain paging. */
public final class RawTables {

  private static final int PAGE_SIZE = 2_000;

  private RawTables() {}

  /** Returns all rows in ring order; each value is hexadecimal or null. */
  public static List<List<@Nullable String>> read(
      CqlSession session, String keyspace, String table) {
    SimpleStatement query =
        SimpleStatement.newInstance(
                "SELECT " + columns(session, keyspace, table) + " FROM " + keyspace + "." + table)
            .setConsistencyLevel(ConsistencyLevel.ALL)
            .setPageSize(PAGE_SIZE);
    List<List<@Nullable String>> rows = new ArrayList<>();
    for (Row row : session.execute(query)) {
      List<@Nullable String> values = new ArrayList<>(row.size());
      for (int i = 0; i < row.size(); i++) {
        values.add(hex(row.getBytesUnsafe(i)));
      }
      rows.add(values);
    }
    return rows;
  }

  /** Checks that both tables hold the same rows byte for byte, with the expected count. */
  public static void assertSame(
      CqlSession session, String keyspace, String table, String clone, int rows, long seed) {
    List<List<@Nullable String>> expected = read(session, keyspace, table);
    assertThat(expected.size()).as("rows of %s.%s, seed %d", keyspace, table, seed).isEqualTo(rows);
    assertHolds(session, keyspace, clone, expected, seed);
  }

  /** Checks that a table holds exactly these rows byte for byte, in this order. */
  public static void assertHolds(
      CqlSession session,
      String keyspace,
      String clone,
      List<List<@Nullable String>> expected,
      long seed) {
    List<List<@Nullable String>> actual = read(session, keyspace, clone);
    assertThat(actual.size())
        .as("rows of %s.%s, seed %d", keyspace, clone, seed)
        .isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      // Compares row by row, because a failed comparison of the lists would print all rows.
      if (!expected.get(i).equals(actual.get(i))) {
        assertThat(actual.get(i))
            .as("row %d of %s.%s, seed %d", i, keyspace, clone, seed)
            .isEqualTo(expected.get(i));
      }
    }
  }

  private static String columns(CqlSession session, String keyspace, String table) {
    RelationMetadata relation =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .orElseThrow()
            .getTable(table)
            .map(RelationMetadata.class::cast)
            .orElseThrow();
    return String.join(
        ", ", relation.getColumns().keySet().stream().map(name -> name.asCql(false)).toList());
  }

  static @Nullable String hex(@Nullable ByteBuffer bytes) {
    if (bytes == null) {
      return null;
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return HexFormat.of().formatHex(copy);
  }
}
