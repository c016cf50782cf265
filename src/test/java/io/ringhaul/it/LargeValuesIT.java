package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.servererrors.ReadTimeoutException;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.seeds.Seeds;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Wide rows, large cells and long lists work up to the limits of the server. */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LargeValuesIT {

  private static final int COLUMNS = 100;
  private static final int LARGE_ROW_BYTES = 10 << 20;
  private static final int ELEMENTS = 1_000_000;

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final long seed = Seeds.next();
  private String keyspace = "";
  private @Nullable ByteBuffer list;

  @TempDir private Path folder;

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    List<String> tables = new ArrayList<>();
    String wide =
        IntStream.range(0, COLUMNS)
            .mapToObj(i -> "c" + i + (i % 2 == 0 ? " blob" : " text"))
            .collect(Collectors.joining(", "));
    tables.add(table("wide", wide));
    tables.add(table("lists", "l list<int>"));
    for (Format format : Format.values()) {
      tables.add(table("wide_" + name(format), wide));
      tables.add(table("lists_" + name(format), "l list<int>"));
    }
    TestCluster.define(tables);
    fillWide();
    fillLists();
    list = readList();
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @ParameterizedTest
  @EnumSource
  void roundTripsWideRowOfTenMegabytes(Format format) {
    Path place = folder.resolve("wide_" + name(format));
    operator.export(keyspace, "wide").to(format.target(place)).execute();
    operator.importInto(keyspace, "wide_" + name(format)).from(format.source(place)).execute();
    RawTables.assertSame(session, keyspace, "wide", "wide_" + name(format), 2, seed);
  }

  @ParameterizedTest
  @EnumSource
  void exportsListOfMillionElementsAndRejectsItsImport(Format format) {
    Path place = folder.resolve("lists_" + name(format));
    assertThat(operator.export(keyspace, "lists").to(format.target(place)).execute().rows())
        .isEqualTo(1);
    assertThat(onlyList(format.source(place))).isEqualTo(list);
    // As one mutation of an INSERT, the list exceeds the server's limit.
    assertThatThrownBy(
            () ->
                operator
                    .importInto(keyspace, "lists_" + name(format))
                    .from(format.source(place))
                    .maxAttempts(2)
                    .execute())
        .isInstanceOf(BulkOperationException.class)
        .hasMessageContaining("Rejected an oversized mutation");
  }

  /** Returns the serialized list as the source reads it. */
  private @Nullable ByteBuffer onlyList(ImportSource source) {
    TableDescription table =
        new TableLookup(session)
            .readable(CqlIdentifier.fromCql(keyspace), CqlIdentifier.fromCql("lists"));
    try (SourceSession reading = source.open()) {
      SourcePlan plan = reading.plan(table, List.of(), OptionalInt.of(1));
      assertThat(plan.tasks()).hasSize(1);
      try (RowReader rows = reading.open(plan, table.select(plan.columns()), plan.tasks().get(0))) {
        RawRow row = rows.next();
        return row == null ? null : row.bytes(plan.columns().indexOf("l"));
      }
    }
  }

  /** Inserts one row with 10 MiB of cells and one small row. */
  private void fillWide() {
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s.wide (id, %s) VALUES (?, %s)",
                keyspace,
                IntStream.range(0, COLUMNS)
                    .mapToObj(i -> "c" + i)
                    .collect(Collectors.joining(", ")),
                IntStream.range(0, COLUMNS).mapToObj(i -> "?").collect(Collectors.joining(", "))));
    Random random = new Random(seed);
    for (int id = 0; id < 2; id++) {
      int bytes = id == 0 ? LARGE_ROW_BYTES / COLUMNS : 3;
      Object[] values = new Object[COLUMNS + 1];
      values[0] = id;
      for (int i = 0; i < COLUMNS; i++) {
        byte[] blob = new byte[bytes];
        random.nextBytes(blob);
        values[i + 1] = i % 2 == 0 ? ByteBuffer.wrap(blob) : "ab\n\"".repeat(bytes / 4 + 1);
      }
      session.execute(insert.bind(values));
    }
  }

  /**
   * Repeats the query up to five times, because the server time-out is short for a million cells on
   * a busy machine.
   */
  private @Nullable ByteBuffer readList() {
    for (int attempt = 1; ; attempt++) {
      try {
        return Objects.requireNonNull(session.execute("SELECT l FROM " + keyspace + ".lists").one())
            .getBytesUnsafe(0);
      } catch (ReadTimeoutException e) {
        if (attempt == 5) {
          throw e;
        }
      }
    }
  }

  private void fillLists() {
    PreparedStatement append =
        session.prepare("UPDATE " + keyspace + ".lists SET l = l + ? WHERE id = 1");
    int chunk = 20_000;
    for (int start = 0; start < ELEMENTS; start += chunk) {
      session.execute(append.bind(IntStream.range(start, start + chunk).boxed().toList()));
    }
  }

  private String table(String name, String columns) {
    return String.format("CREATE TABLE %s.%s (id int PRIMARY KEY, %s)", keyspace, name, columns);
  }

  private static String name(Format format) {
    return format.name().toLowerCase(Locale.ROOT);
  }
}
