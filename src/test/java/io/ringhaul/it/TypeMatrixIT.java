package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.cql.CqlBytes;
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
 * Every special value of every type survives a round trip through every format byte for byte. One
 * table has a column for each type and a row, inserted as raw bytes, for each value.
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TypeMatrixIT {

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private final String keyspace = TestCluster.newKeyspace(1);
  private final TypeTable table = new TypeTable(session, keyspace);

  @TempDir private Path folder;

  @BeforeAll
  void insert() {
    table.create("source");
    table.fill("source");
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
    return IntStream.range(0, table.cases().size())
        .mapToObj(
            i ->
                dynamicTest(
                    table.cases().get(i).type() + " " + table.cases().get(i).name() + " " + format,
                    () -> assertThat(clone.get(i)).isEqualTo(expected(i))));
  }

  /** Returns the rows of the clone by number: each column in hexadecimal, empty for null. */
  private Map<Integer, List<String>> clone(Format format) {
    String clone = "from_" + format.name().toLowerCase(Locale.ROOT);
    table.create(clone);
    Path place = folder.resolve(clone);
    operator.export(keyspace, "source").to(format.target(place)).execute();
    operator.importInto(keyspace, clone).from(format.source(place)).execute();
    Map<Integer, List<String>> rows = new HashMap<>();
    for (Row row :
        session.execute(
            String.format(
                "SELECT id, %s FROM %s.%s", String.join(", ", table.columns()), keyspace, clone))) {
      List<String> values = new ArrayList<>();
      for (int column = 0; column < table.types().size(); column++) {
        values.add(String.valueOf(RawTables.hex(row.getBytesUnsafe(column + 1))));
      }
      rows.put(row.getInt(0), values);
    }
    assertThat(rows).hasSize(table.cases().size());
    return rows;
  }

  private List<String> expected(int number) {
    TypeCase each = table.cases().get(number);
    List<String> values = new ArrayList<>();
    for (String type : table.types()) {
      ByteBuffer bytes = type.equals(each.type()) ? each.bytes() : null;
      values.add(bytes == null ? "null" : CqlBytes.hex(bytes));
    }
    return values;
  }
}
