package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.internal.parquet.ForeignColumns.Shape;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.seeds.Seeds;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.parquet.ParquetValueReader;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Columns read by a column reader: the same bytes and the same errors as with Iceberg's generic
 * readers.
 */
class CqlParquetReadersTest {

  private static final int ROWS = 60;

  @TempDir Path folder;

  @Test
  void columnReadersMatchGenericReaders() {
    Seeds.each(
        300,
        random -> {
          List<Shape> shapes =
              IntStream.range(0, 1 + random.nextInt(5))
                  .mapToObj(i -> ForeignColumns.any(random))
                  .toList();
          assertSameBothWays(random, shapes);
        });
  }

  /**
   * CQL timestamps have no range limit in milliseconds, but Iceberg's reader converts them to
   * microseconds.
   */
  @Test
  void readsMillisecondsBeyondRangeOfMicroseconds() {
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message m { required int64 v (TIMESTAMP(MILLIS,true)) = 1; }");
    Group row = new SimpleGroup(type);
    row.add("v", Long.MIN_VALUE);
    Path file = ForeignFiles.write(folder, type, List.of(row), new Random(1));
    List<ColumnDescription> columns =
        List.of(new ColumnDescription("v", DataTypes.TIMESTAMP, Kind.REGULAR));
    Schema schema = new Schema(NestedField.required(1, "v", Types.TimestampType.withZone()));
    assertThat(direct(file, schema, columns)).containsExactly("[8000000000000000]");
  }

  /** The readers of columns and the generic readers apply the options in the same way. */
  @Test
  void truncatesAndReadsLocalTimesAsGenericReadersDo() {
    MessageType type =
        MessageTypeParser.parseMessageType(
            "message m { required int64 a (TIMESTAMP(MICROS,true)) = 1; required int64 b"
                + " (TIMESTAMP(MICROS,false)) = 2; required int64 c (TIMESTAMP(MILLIS,false)) = 3;"
                + " required int64 d (TIMESTAMP(NANOS,false)) = 4; }");
    List<Group> rows = new ArrayList<>();
    for (long micros : new long[] {-1_001, -1_000, -1, 0, 999, 1_000, 1_785_000_000_123_456L}) {
      rows.add(
          new SimpleGroup(type)
              .append("a", micros)
              .append("b", micros)
              .append("c", micros / 1_000)
              .append("d", micros * 1_000));
    }
    Path file = ForeignFiles.write(folder, type, rows, new Random(1));
    Schema schema =
        new Schema(
            NestedField.required(1, "a", Types.TimestampType.withZone()),
            NestedField.required(2, "b", Types.TimestampType.withoutZone()),
            NestedField.required(3, "c", Types.TimestampType.withoutZone()),
            NestedField.required(4, "d", Types.TimestampNanoType.withoutZone()));
    List<ColumnDescription> columns =
        schema.columns().stream()
            .map(field -> new ColumnDescription(field.name(), DataTypes.TIMESTAMP, Kind.REGULAR))
            .toList();
    for (String zone : List.of("Z", "UTC", "Europe/Berlin")) {
      ReadOptions options = ReadOptions.EXACT.truncatingTimestamps().inZone(ZoneId.of(zone));
      Function<Record, ReadRow> encode = CqlParquetReaders.records(columns, schema, options);
      assertThat(
              ForeignFiles.rows(
                  file,
                  schema,
                  parquet -> CqlParquetReaders.rows(columns, schema, parquet, Map.of(), options)))
          .extracting(row -> ForeignFiles.outcome(row, columns.size()))
          .isEqualTo(
              ForeignFiles.rows(
                      file, schema, parquet -> GenericParquetReaders.buildReader(schema, parquet))
                  .stream()
                  .map(record -> ForeignFiles.outcome(encode.apply(record), columns.size()))
                  .toList())
          .first()
          .isEqualTo(
              zone.equals("Europe/Berlin")
                  ? "[fffffffffffffffe, ffffffffffc9117e, ffffffffffc9117f, ffffffffffc9117e]"
                  : "[fffffffffffffffe, fffffffffffffffe, ffffffffffffffff, fffffffffffffffe]");
    }
  }

  @Test
  void readsConstantsDefaultsAndMissingColumns() {
    MessageType type = MessageTypeParser.parseMessageType("message m { optional int32 v = 1; }");
    List<Group> rows = new ArrayList<>();
    rows.add(new SimpleGroup(type));
    rows.add(new SimpleGroup(type).append("v", 5));
    Path file = ForeignFiles.write(folder, type, rows, new Random(1));
    Schema schema =
        new Schema(
            NestedField.optional(1, "v", Types.IntegerType.get()),
            NestedField.optional(2, "constant", Types.IntegerType.get()),
            NestedField.optional(3, "added", Types.IntegerType.get()),
            NestedField.optional("lasting")
                .withId(4)
                .ofType(Types.IntegerType.get())
                .withInitialDefault(org.apache.iceberg.expressions.Literal.of(7))
                .build());
    List<ColumnDescription> columns =
        List.of(
            column("lasting"), column("none"), column("v"), column("constant"), column("added"));
    Map<Integer, Object> constants = Map.of(2, 6);
    assertThat(
            ForeignFiles.rows(
                file,
                schema,
                parquet ->
                    CqlParquetReaders.rows(columns, schema, parquet, constants, ReadOptions.EXACT)))
        .extracting(row -> ForeignFiles.outcome(row, columns.size()))
        .containsExactly(
            "[00000007, null, null, 00000006, null]", "[00000007, null, 00000005, 00000006, null]");
  }

  private static ColumnDescription column(String name) {
    return new ColumnDescription(name, DataTypes.INT, Kind.REGULAR);
  }

  private void assertSameBothWays(Random random, List<Shape> shapes) {
    StringBuilder message = new StringBuilder("message m {");
    List<NestedField> fields = new ArrayList<>();
    List<ColumnDescription> columns = new ArrayList<>();
    for (int i = 0; i < shapes.size(); i++) {
      String name = "c" + i;
      Shape shape = shapes.get(i);
      boolean optional = random.nextInt(4) > 0;
      message
          .append(optional ? " optional " : " required ")
          .append(String.format(shape.parquet(), name))
          .append(" = ")
          .append(i + 1)
          .append(';');
      fields.add(NestedField.optional(i + 1, name, shape.iceberg()));
      columns.add(new ColumnDescription(name, shape.cql(), Kind.REGULAR));
    }
    MessageType type = MessageTypeParser.parseMessageType(message.append(" }").toString());
    List<Group> rows = new ArrayList<>();
    for (int r = 0; r < ROWS; r++) {
      Group row = new SimpleGroup(type);
      for (int i = 0; i < shapes.size(); i++) {
        if (!type.getType(i).isRepetition(org.apache.parquet.schema.Type.Repetition.OPTIONAL)
            || random.nextInt(5) > 0) {
          shapes.get(i).values().add(random, row, "c" + i);
        }
      }
      rows.add(row);
    }
    Path file = ForeignFiles.write(folder, type, rows, random);
    Schema schema = new Schema(fields);
    List<String> generic =
        records(
            file, schema, columns, parquet -> GenericParquetReaders.buildReader(schema, parquet));
    assertThat(direct(file, schema, columns))
        .as("%s as %s of %s", type, columns, schema)
        .isEqualTo(generic);
    assertThat(
            records(
                file,
                schema,
                columns,
                parquet -> CqlParquetReaders.recordReader(schema, parquet, Map.of(), Set.of())))
        .as("records of %s as %s of %s", type, columns, schema)
        .isEqualTo(generic);
  }

  private static List<String> direct(Path file, Schema schema, List<ColumnDescription> columns) {
    List<ReadRow> rows =
        ForeignFiles.rows(
            file,
            schema,
            type -> CqlParquetReaders.rows(columns, schema, type, Map.of(), ReadOptions.EXACT));
    return rows.stream().map(row -> ForeignFiles.outcome(row, columns.size())).toList();
  }

  private static List<String> records(
      Path file,
      Schema schema,
      List<ColumnDescription> columns,
      Function<MessageType, ParquetValueReader<Record>> reader) {
    Function<Record, ReadRow> encode =
        CqlParquetReaders.records(columns, schema, ReadOptions.EXACT);
    return ForeignFiles.rows(file, schema, reader).stream()
        .map(record -> ForeignFiles.outcome(encode.apply(record), columns.size()))
        .toList();
  }
}
