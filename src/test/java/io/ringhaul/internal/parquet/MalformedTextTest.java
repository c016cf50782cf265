package io.ringhaul.internal.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Malformed UTF-8 fails and is not replaced, so that two different keys never become equal. */
class MalformedTextTest {

  private static final List<String> MALFORMED =
      List.of("ff", "fe", "61ff", "c080", "eda080", "f4908080", "31ff", "e282", "0102030405060780");

  private static final Type STRING = Types.StringType.get();

  @TempDir Path folder;

  @Test
  void failsForColumnAndReadsOtherRows() {
    Map<DataType, String> types =
        Map.of(
            DataTypes.TEXT, "7",
            DataTypes.ASCII, "7",
            DataTypes.DECIMAL, "7",
            DataTypes.VARINT, "7",
            DataTypes.INET, "10.0.0.1",
            DataTypes.UUID, "d2177dd0-eaa2-11de-a572-001b779c76e3",
            DataTypes.TIMEUUID, "d2177dd0-eaa2-11de-a572-001b779c76e3");
    types.forEach(
        (cql, good) -> {
          for (String logical : List.of("", " (STRING)", " (ENUM)", " (JSON)")) {
            assertRefused(
                "optional binary v" + logical + " = 1;",
                STRING,
                cql,
                good,
                (row, text) -> row.add("v", text),
                "v");
          }
        });
  }

  @Test
  void failsForListElement() {
    assertRefused(
        "optional group v (LIST) = 1 { repeated group list {"
            + " optional binary element (STRING) = 2; } }",
        Types.ListType.ofOptional(2, STRING),
        DataTypes.listOf(DataTypes.TEXT),
        "x",
        (row, text) -> {
          Group list = row.addGroup("v");
          list.addGroup("list").add("element", "before");
          list.addGroup("list").add("element", text);
          list.addGroup("list").add("element", "behind");
        },
        "v.element");
  }

  @Test
  void failsForMapKeyAndValue() {
    String map =
        "optional group v (MAP) = 1 { repeated group key_value {"
            + " required binary key (STRING) = 2; optional binary value (STRING) = 3; } }";
    Type iceberg = Types.MapType.ofOptional(2, 3, STRING, STRING);
    DataType cql = DataTypes.mapOf(DataTypes.TEXT, DataTypes.ASCII);
    assertRefused(
        map,
        iceberg,
        cql,
        "x",
        (row, text) -> {
          Group entries = row.addGroup("v");
          entries.addGroup("key_value").append("key", text).append("value", "a");
        },
        "v.key");
    assertRefused(
        map,
        iceberg,
        cql,
        "x",
        (row, text) -> {
          Group entries = row.addGroup("v");
          entries.addGroup("key_value").append("key", "a").append("value", text);
        },
        "v.value");
  }

  @Test
  void failsForFieldOfUserDefinedType() {
    assertRefused(
        "optional group v = 1 { optional int32 n = 2; optional binary zip (STRING) = 3; }",
        Types.StructType.of(
            NestedField.optional(2, "n", Types.IntegerType.get()),
            NestedField.optional(3, "zip", STRING)),
        TestUserType.of("addr", List.of("n", "zip"), List.of(DataTypes.INT, DataTypes.TEXT)),
        "x",
        (row, text) -> row.addGroup("v").append("n", 1).append("zip", text),
        "v.zip");
  }

  /** Default and constant texts of fields that the file lacks are still read as text. */
  @Test
  void readsTextDefaultsAndConstants() {
    MessageType type = MessageTypeParser.parseMessageType("message m { required int32 n = 1; }");
    Path file =
        ForeignFiles.write(
            folder, type, List.of(new SimpleGroup(type).append("n", 5)), new Random(1));
    Schema schema =
        new Schema(
            NestedField.optional("lasting")
                .withId(2)
                .ofType(STRING)
                .withInitialDefault(org.apache.iceberg.expressions.Literal.of("é"))
                .withWriteDefault(org.apache.iceberg.expressions.Literal.of("w"))
                .build(),
            NestedField.optional(3, "constant", STRING));
    List<ColumnDescription> columns =
        List.of(
            new ColumnDescription("lasting", DataTypes.TEXT, Kind.REGULAR),
            new ColumnDescription("absent", DataTypes.TEXT, Kind.REGULAR),
            new ColumnDescription("constant", DataTypes.TEXT, Kind.REGULAR));
    Map<Integer, Object> constants = Map.of(3, "ü");
    assertThat(
            ForeignFiles.rows(
                file,
                schema,
                parquet ->
                    CqlParquetReaders.rows(columns, schema, parquet, constants, ReadOptions.EXACT)))
        .extracting(row -> ForeignFiles.outcome(row, 3))
        .containsExactly("[c3a9, null, c3bc]");
    List<Record> records =
        ForeignFiles.rows(
            file,
            schema,
            parquet -> CqlParquetReaders.recordReader(schema, parquet, constants, Set.of()));
    assertThat(records)
        .extracting(
            record ->
                ForeignFiles.outcome(
                    CqlParquetReaders.records(columns, schema, ReadOptions.EXACT).apply(record),
                    columns.size()))
        .containsExactly("[c3a9, null, c3bc]");
  }

  private void assertRefused(
      String field,
      Type iceberg,
      DataType cql,
      String good,
      BiConsumer<Group, Binary> add,
      String path) {
    Seeds.each(
        4,
        random -> {
          MessageType type = MessageTypeParser.parseMessageType("message m { " + field + " }");
          List<Group> rows = new ArrayList<>();
          for (String malformed : MALFORMED) {
            Group row = new SimpleGroup(type);
            add.accept(row, Binary.fromConstantByteArray(HexFormat.of().parseHex(malformed)));
            rows.add(row);
            Group next = new SimpleGroup(type);
            add.accept(next, Binary.fromConstantByteArray(good.getBytes(UTF_8)));
            rows.add(next);
          }
          Path file = ForeignFiles.write(folder, type, rows, random);
          Schema schema = new Schema(NestedField.optional(1, "v", iceberg));
          List<ColumnDescription> columns = List.of(new ColumnDescription("v", cql, Kind.REGULAR));
          assertRefused(
              ForeignFiles.rows(
                  file,
                  schema,
                  parquet ->
                      CqlParquetReaders.rows(
                          columns, schema, parquet, Map.of(), ReadOptions.EXACT)),
              path);
          List<Record> records =
              ForeignFiles.rows(
                  file,
                  schema,
                  parquet -> CqlParquetReaders.recordReader(schema, parquet, Map.of(), Set.of()));
          assertRefused(
              records.stream()
                  .map(CqlParquetReaders.records(columns, schema, ReadOptions.EXACT))
                  .toList(),
              path);
        });
  }

  private static void assertRefused(List<ReadRow> rows, String path) {
    assertThat(rows).hasSize(2 * MALFORMED.size());
    for (int i = 0; i < rows.size(); i += 2) {
      assertThat(rows.get(i).problem())
          .isInstanceOfSatisfying(
              UnrepresentableValueException.class, e -> assertThat(e.column()).isEqualTo("v"))
          .hasMessage(path + " contains bytes that are not well-formed UTF-8");
      assertThat(rows.get(i + 1).problem()).isNull();
      assertThat(rows.get(i + 1).bytes(0)).isNotNull();
    }
  }
}
