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

/** Reads whole tables with the write times and expiry of all cells. */
final class TimedTables {

  /**
   * The content of a table.
   *
   * @param cells for each row, all values in hexadecimal and all write times
   * @param ttls for each row, the remaining seconds of all cells; null for cells without expiry
   */
  record Content(List<List<@Nullable String>> cells, List<List<@Nullable Integer>> ttls) {}

  private TimedTables() {}

  /**
   * Reads a table in ring order.
   *
   * @param now the time, in seconds since the epoch, from which remaining seconds are counted, so
   *     that two tables can be compared independent of the clock
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
   * Checks that both tables hold the same rows with the same write times byte for byte, and that
   * each cell of the clone expires with its original or up to two seconds later.
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
          // Remaining seconds are whole numbers, so a cell of the clone can expire later but
          // never earlier.
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
