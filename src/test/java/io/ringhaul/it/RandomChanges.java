package io.ringhaul.it;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.VerifyResult.Difference;
import io.ringhaul.VerifyResult.Kind;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.internal.cql.RandomTable;
import io.ringhaul.internal.cql.RowKey;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.write.CellTimeTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows with random write times and TTLs into a generated table, changes some of them, and
 * knows the differences that a comparison must name.
 */
final class RandomChanges {

  /** Cassandra tells the times of the elements of collections since version 5.0. */
  static final boolean HAS_ELEMENT_TIMES = TestCluster.version().getMajor() >= 5;

  private static final int CHANGES = 8;
  private static final long WRITTEN = 1_700_000_000_000_000L;
  private static final int DAY = 86_400;
  private static final Pattern NUMBER = Pattern.compile("\"number\" = (\\d+)");

  private final CqlSession session;
  private final RandomTable rows;
  private final TableDescription table;
  private final RowKey keys;
  private final Random random;
  private final List<List<@Nullable ByteBuffer>> untouched = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();
  private final Set<Integer> added = new HashSet<>();
  private int inserted;

  RandomChanges(CqlSession session, RandomTable rows, long seed) {
    this.session = session;
    this.rows = rows;
    this.table = rows.description();
    this.random = new Random(seed);
    TableDescription known =
        new TableLookup(session)
            .readable(
                CqlIdentifier.fromInternal(table.keyspace()),
                CqlIdentifier.fromInternal(table.name()));
    // Its types are attached to the session, so that keys can be printed.
    this.keys =
        new RowKey(
            known,
            table.columns().stream()
                .map(column -> known.column(column.name()).orElseThrow())
                .toList());
  }

  /** The kind, the key, and the columns with other values or else with other times. */
  static String text(Difference difference) {
    return difference.kind()
        + " "
        + difference.key()
        + " "
        + difference.columns()
        + (difference.columns().isEmpty() && !difference.cells().isEmpty() ? " times" : "");
  }

  /** Whether a difference is a row that a deletion left: the static columns of a partition. */
  boolean isLeftOver(String text) {
    Matcher number = NUMBER.matcher(text);
    return table.hasStatics()
        && text.startsWith(Kind.EXTRA.name())
        && number.find()
        && !added.contains(Integer.valueOf(number.group(1)));
  }

  List<String> expected() {
    return expected;
  }

  /** Inserts rows and reads them as the server returns them, such as collections in its order. */
  void insert(int count) {
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < count; i++) {
        writes.add(insert(rows.row(inserted++)));
      }
    }
    session
        .execute("SELECT " + names() + " FROM " + table.cql())
        .forEach(row -> untouched.add(values(row)));
    // The order of tokens is no order of keys: the seed alone decides.
    Collections.shuffle(untouched, random);
  }

  private static List<@Nullable ByteBuffer> values(Row row) {
    List<@Nullable ByteBuffer> values = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      values.add(row.getBytesUnsafe(i));
    }
    return values;
  }

  private BoundStatement insert(List<@Nullable ByteBuffer> row) {
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s (%s) VALUES (%s) USING TIMESTAMP %d AND TTL %d",
                table.cql(),
                names(),
                table.columns().stream().map(column -> "?").collect(Collectors.joining(", ")),
                WRITTEN + random.nextInt(4),
                random.nextBoolean() ? 0 : DAY + random.nextInt(2) * DAY));
    BoundStatement statement = insert.bind();
    for (int i = 0; i < row.size(); i++) {
      ByteBuffer value = row.get(i);
      statement = value == null ? statement : statement.setBytesUnsafe(i, value);
    }
    return statement;
  }

  /** Makes some changes, each of another row. */
  void make() {
    for (int i = 1 + random.nextInt(CHANGES); i > 0 && !untouched.isEmpty(); i--) {
      List<@Nullable ByteBuffer> row = untouched.remove(untouched.size() - 1);
      String key = keys.text(row::get);
      List<Integer> cells =
          IntStream.range(0, row.size())
              .filter(at -> row.get(at) != null)
              .filter(at -> table.columns().get(at).kind() == ColumnDescription.Kind.REGULAR)
              .boxed()
              .toList();
      int choice = random.nextInt(5);
      if (choice == 0 || cells.isEmpty()) {
        execute("DELETE FROM " + table.cql(), null, row);
        expected.add(Kind.MISSING + " " + key + " []");
      } else if (choice == 1) {
        added.add(inserted);
        session.execute(insert(rows.row(inserted)));
        Row stored =
            session
                .execute(
                    String.format(
                        "SELECT %s FROM %s WHERE number = %d ALLOW FILTERING",
                        names(), table.cql(), inserted++))
                .one();
        expected.add(
            Kind.EXTRA + " " + keys.text(values(Objects.requireNonNull(stored))::get) + " []");
      } else {
        int cell = cells.get(random.nextInt(cells.size()));
        change(choice, row, key, cell);
      }
    }
  }

  private void change(int choice, List<@Nullable ByteBuffer> row, String key, int cell) {
    ColumnDescription column = table.columns().get(cell);
    String name = TableDescription.quote(column.name());
    String update =
        String.format(
            "UPDATE %s USING TIMESTAMP %d AND TTL %d SET %s = ?",
            table.cql(), WRITTEN + 100, 5 * DAY, name);
    ByteBuffer other = choice == 2 ? other(row, cell) : null;
    if (choice == 3 && HAS_ELEMENT_TIMES) {
      execute(update, Objects.requireNonNull(row.get(cell)), row);
      expected.add(Kind.DIFFERENT + " " + key + " [] times");
    } else if (other != null) {
      execute(update, other, row);
      expected.add(Kind.DIFFERENT + " " + key + " [" + column.name() + "]");
    } else {
      execute("DELETE " + name + " FROM " + table.cql(), null, row);
      expected.add(Kind.DIFFERENT + " " + key + " [" + column.name() + "]");
    }
  }

  /** Another value of a cell; null if it is simpler to delete it. */
  private @Nullable ByteBuffer other(List<@Nullable ByteBuffer> row, int cell) {
    if (CellTimeTypes.isMultiCell(table.columns().get(cell).type())) {
      return null;
    }
    for (int i = 0; i < 10; i++) {
      ByteBuffer value = rows.row(0).get(cell);
      if (value != null && !value.equals(row.get(cell))) {
        return value;
      }
    }
    return null;
  }

  private void execute(String cql, @Nullable ByteBuffer value, List<@Nullable ByteBuffer> row) {
    String condition =
        table.primaryKey().stream()
            .map(column -> TableDescription.quote(column.name()) + " = ?")
            .collect(Collectors.joining(" AND "));
    BoundStatement statement = session.prepare(cql + " WHERE " + condition).bind();
    int at = 0;
    if (value != null) {
      statement = statement.setBytesUnsafe(at++, value);
    }
    for (ColumnDescription column : table.primaryKey()) {
      statement = statement.setBytesUnsafe(at++, row.get(table.columns().indexOf(column)));
    }
    session.execute(statement);
  }

  private String names() {
    return table.columns().stream()
        .map(column -> TableDescription.quote(column.name()))
        .collect(Collectors.joining(", "));
  }
}
