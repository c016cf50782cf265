package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.ExportRequest;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.formats.Format;
import io.ringhaul.internal.cql.CqlBytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Values that only some formats can represent: the other formats name them in their failure and
 * leave no files.
 */
@ClusterTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnrepresentableValuesIT {

  private static final Set<Format> COLUMNAR = EnumSet.of(Format.ICEBERG, Format.PARQUET);
  private static final Set<Format> TEXT = EnumSet.complementOf(EnumSet.copyOf(COLUMNAR));

  /** A value and the formats that cannot represent it. */
  private record Value(String table, String type, String hex, Set<Format> refusedBy) {}

  private static final List<Value> VALUES =
      List.of(
          new Value("first_moment", "timestamp", "8000000000000000", COLUMNAR),
          new Value("last_moment", "timestamp", "7fffffffffffffff", COLUMNAR),
          new Value("float_nan", "float", "7fc00001", TEXT),
          new Value("double_nan", "double", "fff8000000000000", TEXT),
          new Value("nested_nan", "list<float>", "00000001" + "00000004" + "ffffffff", TEXT),
          new Value("empty_int", "int", "", EnumSet.allOf(Format.class)),
          new Value("empty_uuid", "uuid", "", EnumSet.allOf(Format.class)));

  private final CqlSession session = TestCluster.session();
  private final TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
  private String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  void insert() {
    keyspace = TestCluster.newKeyspace(1);
    List<String> tables = new ArrayList<>();
    for (Value value : VALUES) {
      for (String name : List.of(value.table(), "copy_of_" + value.table())) {
        tables.add(
            String.format(
                "CREATE TABLE %s.%s (id int PRIMARY KEY, v %s)", keyspace, name, value.type()));
      }
    }
    TestCluster.define(tables);
    for (Value value : VALUES) {
      session.execute(
          session
              .prepare("INSERT INTO " + keyspace + "." + value.table() + " (id, v) VALUES (7, ?)")
              .bind()
              .setBytesUnsafe(0, CqlBytes.hex(value.hex())));
    }
  }

  @AfterAll
  void close() {
    operator.close();
  }

  static Stream<Arguments> valuesAndFormats() {
    return VALUES.stream()
        .flatMap(value -> Stream.of(Format.values()).map(format -> Arguments.of(value, format)));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("valuesAndFormats")
  void valueIsExactOrRefused(Value value, Format format) {
    Path place = folder.resolve(value.table() + "_" + format);
    ExportRequest export = operator.export(keyspace, value.table()).to(format.target(place));
    if (value.refusedBy().contains(format)) {
      assertThatThrownBy(export::execute)
          .isInstanceOf(UnrepresentableValueException.class)
          .hasMessageContaining(keyspace + "." + value.table())
          .hasMessageContaining("(\"id\" = 7)")
          .hasMessageContaining(": v");
    } else {
      export.execute();
      String copy = "copy_of_" + value.table();
      session.execute("TRUNCATE " + keyspace + "." + copy);
      operator.importInto(keyspace, copy).from(format.source(place)).execute();
      assertThat(RawTables.read(session, keyspace, copy))
          .isEqualTo(RawTables.read(session, keyspace, value.table()));
    }
  }
}
