package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import com.datastax.oss.driver.api.core.type.DataType;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.formats.Format;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * DuckDB reads every file of every format and finds the values that the driver decodes from the
 * inserted bytes, with the exceptions in {@link DuckDbLimits}.
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DuckDbAgreesIT {

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);
  private final TypeTable table = new TypeTable(session, keyspace);
  private final Map<String, DataType> columns = new LinkedHashMap<>();

  @TempDir private Path folder;

  @BeforeAll
  void insert() {
    table.create("source");
    table.fill("source");
    TableMetadata source =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .flatMap(it -> it.getTable("source"))
            .orElseThrow();
    columns.put("id", source.getColumn("id").orElseThrow().getType());
    for (String column : table.columns()) {
      columns.put(column, source.getColumn(column).orElseThrow().getType());
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @TestFactory
  Stream<DynamicContainer> duckDbReads() {
    return Stream.of(Format.values())
        .map(
            format -> {
              Path place = folder.resolve(format.name());
              operator.export(keyspace, "source").to(format.target(place)).execute();
              return dynamicContainer(format.name(), tests(format, place));
            });
  }

  @Test
  void everyLimitBelongsToACase() {
    assertThat(
            Stream.of(Format.values())
                .flatMap(
                    format ->
                        table.cases().stream()
                            .filter(each -> DuckDbLimits.find(format, each).isPresent())))
        .hasSize(DuckDbLimits.count());
  }

  private Stream<DynamicTest> tests(Format format, Path place) {
    Map<Integer, List<@Nullable Object>> values = rows(DuckDbQuery.values(format, place, columns));
    boolean hasTexts = format != Format.ICEBERG && format != Format.PARQUET;
    Map<Integer, List<@Nullable Object>> texts =
        hasTexts ? rows(DuckDbQuery.texts(format, place, columns)) : values;
    return IntStream.range(0, table.cases().size())
        .mapToObj(
            number -> {
              TypeCase each = table.cases().get(number);
              return dynamicTest(
                  each.type() + " " + each.name() + " " + format,
                  () -> {
                    Optional<DuckDbLimits.Instead> instead = DuckDbLimits.find(format, each);
                    if (instead.isPresent()) {
                      compareLimited(instead.get(), number, values, texts);
                    } else {
                      assertThat(read(number, values)).isEqualTo(expected(number));
                    }
                  });
            });
  }

  /** Checks that DuckDB cannot represent the value and returns the documented substitute. */
  private void compareLimited(
      DuckDbLimits.Instead instead,
      int number,
      Map<Integer, List<@Nullable Object>> values,
      Map<Integer, List<@Nullable Object>> texts)
      throws SQLException {
    Object expected = expected(number);
    switch (instead) {
      case TEXT_ALONE -> {
        assertThat(read(number, values)).isNull();
        assertThat(read(number, texts)).isEqualTo(expected);
      }
      case DOUBLE -> {
        assertThat(read(number, values)).isNotEqualTo(expected);
        assertThat(DuckDbLimits.withDoubles(read(number, values)))
            .isEqualTo(DuckDbLimits.withDoubles(expected));
      }
    }
  }

  private Object expected(int number) {
    return PlainValue.of(
        typeOf(number), table.cases().get(number).bytes(), session.getContext().getCodecRegistry());
  }

  private @Nullable Object read(int number, Map<Integer, List<@Nullable Object>> rows)
      throws SQLException {
    List<@Nullable Object> others = new ArrayList<>(rows.getOrDefault(number, List.of()));
    Object value = others.remove(column(number));
    assertThat(others)
        .as("the other columns")
        .hasSize(table.types().size() - 1)
        .containsOnlyNulls();
    return DuckDbValue.plain(typeOf(number), value);
  }

  private DataType typeOf(int number) {
    return Objects.requireNonNull(columns.get(table.columns().get(column(number))));
  }

  private int column(int number) {
    return table.types().indexOf(table.cases().get(number).type());
  }

  /** Returns the values of each row, by row number, as DuckDB's driver returns them. */
  private Map<Integer, List<@Nullable Object>> rows(String query) {
    Map<Integer, List<@Nullable Object>> rows = new HashMap<>();
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = 2; i <= columns.size(); i++) {
          values.add(result.getObject(i));
        }
        assertThat(rows.put(result.getInt(1), values)).isNull();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
    assertThat(rows).hasSize(table.cases().size());
    return rows;
  }
}
