package io.ringhaul.it;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.cql.RandomTable;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.seeds.Seeds;
import io.ringhaul.table.TableSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated tables survive a round trip through the formats byte for byte. {@code
 * -Dringhaul.it.tables=...} sets the number of tables, {@code -Dringhaul.seed=...} repeats one.
 */
@ClusterTest
class RandomTablesIT {

  private static final int TABLES = Integer.getInteger("ringhaul.it.tables", 15);
  static final int ROWS = 60;

  /** The first major version of Cassandra that tells the times of elements. */
  private static final int ELEMENT_TIMES_SINCE = 5;

  private final CqlSession session = TestCluster.session();

  @TempDir private Path folder;

  /** Each table goes through one format; the formats alternate. */
  static Stream<Arguments> tables() {
    Long given = Long.getLong("ringhaul.seed");
    Format[] formats = Format.values();
    if (given != null) {
      return Stream.of(formats).map(format -> Arguments.of(given, format));
    }
    return LongStream.range(0, TABLES)
        .mapToObj(i -> Arguments.of(Seeds.next(), formats[(int) (i % formats.length)]));
  }

  @ParameterizedTest(name = "seed {0} through {1}")
  @MethodSource("tables")
  void roundTripsEveryRow(long seed, Format format) {
    String keyspace = TestCluster.newKeyspace(1);
    RandomTable random =
        new RandomTable(
            keyspace, "source", new Random(seed), format.nans(), TestCluster.hasVectors());
    TableDescription table = random.description();
    TableSchema schema = TableSchema.of(table, table.columns());
    List<String> ddl = new ArrayList<>(schema.createTypes(keyspace));
    ddl.add(schema.createTable(keyspace, "source"));
    ddl.add(schema.createTable(keyspace, "clone"));
    TestCluster.define(ddl);
    insert(session, random);
    Path place = folder.resolve(format.name().toLowerCase(Locale.ROOT));
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator.export(keyspace, "source").to(format.target(place)).execute();
      operator.importInto(keyspace, "clone").from(format.source(place)).execute();
    }
    RawTables.assertSame(session, keyspace, "source", "clone", ROWS, seed);
    copy(keyspace, random, seed);
  }

  /** Copies the table without files too. */
  private void copy(String keyspace, RandomTable random, long seed) {
    TableDescription table = random.description();
    TestCluster.define(TableSchema.of(table, table.columns()).createTable(keyspace, "copied"));
    TableSource source = TableSource.of(session, keyspace, "source");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .importInto(keyspace, "copied")
          .from(
              TestCluster.version().getMajor() < ELEMENT_TIMES_SINCE
                  ? source.ignoreCellTimes()
                  : source)
          .execute();
    }
    RawTables.assertSame(session, keyspace, "source", "copied", ROWS, seed);
  }

  /** Writes generated rows into their table, with one INSERT each. */
  static void insert(CqlSession session, RandomTable random) {
    TableDescription table = random.description();
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s (%s) VALUES (%s)",
                table.cql(),
                table.columns().stream()
                    .map(ColumnDescription::name)
                    .map(TableDescription::quote)
                    .collect(Collectors.joining(", ")),
                table.columns().stream().map(column -> "?").collect(Collectors.joining(", "))));
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int number = 0; number < ROWS; number++) {
        BoundStatement statement = insert.bind();
        List<@Nullable ByteBuffer> row = random.row(number);
        for (int i = 0; i < row.size(); i++) {
          ByteBuffer value = row.get(i);
          statement = value == null ? statement : statement.setBytesUnsafe(i, value);
        }
        writes.add(statement);
      }
    }
  }
}
