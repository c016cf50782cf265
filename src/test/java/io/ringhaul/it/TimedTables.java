package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whole tables with the write times and the moments of expiry of all their cells. */
final class TimedTables {

  /**
   * What a table holds.
   *
   * @param cells of each row the bytes of all values and write times in hex
   * @param ttls of each row the seconds left of all cells, null where none expires
   */
  record Content(List<List<@Nullable String>> cells, List<List<@Nullable Integer>> ttls) {}

  private TimedTables() {}

  /**
   * Reads a table in the order of the ring.
   *
   * @param now from when the seconds left are counted, in seconds since the epoch, so that two
   *     tables can be compared; the clock plays no part
   */
  static Content read(CqlSession session, String keyspace, String table, long now) {
    TableMetadata metadata =
        session.getMetadata().getKeyspace(keyspace).orElseThrow().getTable(table).orElseThrow();
    List<String> exact = new ArrayList<>();
    List<String> ttls = new ArrayList<>();
    for (ColumnMetadata column : metadata.getColumns().values()) {
      CqlIdentifier name = column.getName();
      exact.add(name.asCql(false));
      if (metadata.getPrimaryKey().stream().noneMatch(key -> key.getName().equals(name))) {
        exact.add("WRITETIME(" + name.asCql(false) + ")");
        ttls.add("TTL(" + name.asCql(false) + ")");
      }
    }
    SimpleStatement query =
        SimpleStatement.newInstance(
                String.format(
                    "SELECT %s%s FROM %s.%s",
                    String.join(", ", exact),
                    ttls.isEmpty() ? "" : ", " + String.join(", ", ttls),
                    keyspace,
                    table))
            .setConsistencyLevel(ConsistencyLevel.ALL)
            .setNowInSeconds((int) now);
    Content content = new Content(new ArrayList<>(), new ArrayList<>());
    for (Row row : session.execute(query)) {
      List<@Nullable String> cells = new ArrayList<>();
      for (int i = 0; i < exact.size(); i++) {
        cells.add(RawTables.hex(row.getBytesUnsafe(i)));
      }
      content.cells().add(cells);
      List<@Nullable Integer> left = new ArrayList<>();
      for (int i = exact.size(); i < row.size(); i++) {
        addTtls(row.getColumnDefinitions().get(i).getType(), row.getBytesUnsafe(i), left);
      }
      content.ttls().add(left);
    }
    return content;
  }

  /**
   * Checks that both tables hold the same rows with the same write times, byte for byte, and that
   * each cell of the clone expires when its original does, or up to two seconds later.
   */
  static void assertSame(Content expected, Content actual, String clone, long seed) {
    assertThat(actual.cells().size())
        .as("rows of %s, seed %d", clone, seed)
        .isEqualTo(expected.cells().size());
    for (int i = 0; i < expected.cells().size(); i++) {
      assertThat(actual.cells().get(i))
          .as("row %d of %s, seed %d", i, clone, seed)
          .isEqualTo(expected.cells().get(i));
      List<@Nullable Integer> wanted = expected.ttls().get(i);
      List<@Nullable Integer> left = actual.ttls().get(i);
      assertThat(left.size()).as("TTLs of row %d of %s", i, clone).isEqualTo(wanted.size());
      for (int k = 0; k < left.size(); k++) {
        Integer original = wanted.get(k);
        if (original == null) {
          assertThat(left.get(k)).as("TTL %d of row %d, seed %d", k, i, seed).isNull();
        } else {
          // Late by what reading the page took in whole seconds, and never early.
          assertThat(Objects.requireNonNull(left.get(k)) - original)
              .as("TTL %d of row %d, seed %d", k, i, seed)
              .isBetween(0, 2);
        }
      }
    }
  }

  private static void addTtls(
      DataType type, @Nullable ByteBuffer bytes, List<@Nullable Integer> left) {
    if (bytes == null || !(type instanceof ListType)) {
      left.add(bytes == null ? null : bytes.getInt(bytes.position()));
      return;
    }
    ByteBuffer list = bytes.duplicate();
    for (int count = list.getInt(); count > 0; count--) {
      left.add(list.getInt() < 0 ? null : Integer.valueOf(list.getInt()));
    }
  }
}
