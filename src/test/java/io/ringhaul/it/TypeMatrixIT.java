package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.cql.CqlBytes;
import io.ringhaul.formats.Format;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every type with every value of note goes through every format and comes back byte for byte. One
 * table has a column for each type and a row for each value, which is inserted as raw bytes.
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TypeMatrixIT {

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final List<TypeCase> cases = TypeCase.all();
  private final List<String> types = cases.stream().map(TypeCase::type).distinct().toList();
  private String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(TypeCase.userTypes(keyspace));
    create("source");
    Map<String, PreparedStatement> inserts = new HashMap<>();
    try (AsyncWrites writes = new AsyncWrites(session)) {
      for (int i = 0; i < cases.size(); i++) {
        TypeCase each = cases.get(i);
        PreparedStatement insert =
            inserts.computeIfAbsent(
                each.type(),
                type ->
                    session.prepare(
                        String.format(
                            "INSERT INTO %s.source (id, c%d) VALUES (?, ?)",
                            keyspace, types.indexOf(type))));
        writes.add(insert.bind().setInt(0, i).setBytesUnsafe(1, each.bytes()));
      }
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  @TestFactory
  Stream<DynamicContainer> everyValueOfEveryTypeComesBackThrough() {
    return Stream.of(Format.values())
        .map(format -> dynamicContainer(format.name(), tests(format, clone(format))));
  }

  private Stream<DynamicTest> tests(Format format, Map<Integer, List<String>> clone) {
    return IntStream.range(0, cases.size())
        .mapToObj(
            i ->
                dynamicTest(
                    cases.get(i).type() + " " + cases.get(i).name() + " " + format,
                    () -> assertThat(clone.get(i)).isEqualTo(expected(i))));
  }

  /** The clone's rows by their number: the raw bytes of each column in hex, empty for null. */
  private Map<Integer, List<String>> clone(Format format) {
    String clone = "from_" + format.name().toLowerCase(Locale.ROOT);
    create(clone);
    Path place = folder.resolve(clone);
    operator.exportFrom(keyspace, "source").to(format.target(place)).run();
    operator.importInto(keyspace, clone).from(format.source(place)).run();
    Map<Integer, List<String>> rows = new HashMap<>();
    for (Row row : session.execute("SELECT " + columns() + " FROM " + keyspace + "." + clone)) {
      List<String> values = new ArrayList<>();
      for (int column = 0; column < types.size(); column++) {
        values.add(String.valueOf(RawTables.hex(row.getBytesUnsafe(column + 1))));
      }
      rows.put(row.getInt(0), values);
    }
    assertThat(rows).hasSize(cases.size());
    return rows;
  }

  private List<String> expected(int number) {
    TypeCase each = cases.get(number);
    List<String> values = new ArrayList<>();
    for (String type : types) {
      ByteBuffer bytes = type.equals(each.type()) ? each.bytes() : null;
      values.add(bytes == null ? "null" : CqlBytes.hex(bytes));
    }
    return values;
  }

  private void create(String table) {
    List<String> columns = new ArrayList<>();
    columns.add("id int PRIMARY KEY");
    for (int i = 0; i < types.size(); i++) {
      columns.add("c" + i + " " + types.get(i));
    }
    TestCluster.define(
        String.format("CREATE TABLE %s.%s (%s)", keyspace, table, String.join(", ", columns)));
  }

  private String columns() {
    return "id, "
        + String.join(
            ", ", IntStream.range(0, types.size()).mapToObj(column -> "c" + column).toList());
  }
}
