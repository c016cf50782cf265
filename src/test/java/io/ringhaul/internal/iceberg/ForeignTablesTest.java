package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Imports of tables that Iceberg's own writers made. */
class ForeignTablesTest {

  private static final Schema ALL =
      new Schema(
          NestedField.required(1, "Id", Types.IntegerType.get()),
          NestedField.optional(2, "Flag", Types.BooleanType.get()),
          NestedField.optional(3, "big", Types.LongType.get()),
          NestedField.optional(4, "real", Types.FloatType.get()),
          NestedField.optional(5, "wide", Types.DoubleType.get()),
          NestedField.optional(6, "day", Types.DateType.get()),
          NestedField.optional(7, "clock", Types.TimeType.get()),
          NestedField.optional(8, "at", Types.TimestampType.withZone()),
          NestedField.optional(9, "local", Types.TimestampType.withoutZone()),
          NestedField.optional(10, "name", Types.StringType.get()),
          NestedField.optional(11, "uuid", Types.UUIDType.get()),
          NestedField.optional(12, "fix", Types.FixedType.ofLength(2)),
          NestedField.optional(13, "bin", Types.BinaryType.get()),
          NestedField.optional(14, "amount", Types.DecimalType.of(20, 3)),
          NestedField.optional(15, "tags", Types.ListType.ofOptional(16, Types.StringType.get())),
          NestedField.optional(
              17,
              "counts",
              Types.MapType.ofOptional(18, 19, Types.StringType.get(), Types.LongType.get())));

  private static final TableDescription TABLE =
      Exports.table(
          new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
          column("flag", DataTypes.BOOLEAN),
          column("big", DataTypes.BIGINT),
          column("real", DataTypes.FLOAT),
          column("wide", DataTypes.DOUBLE),
          column("day", DataTypes.DATE),
          column("clock", DataTypes.TIME),
          column("at", DataTypes.TIMESTAMP),
          column("local", DataTypes.TIMESTAMP),
          column("name", DataTypes.TEXT),
          column("uuid", DataTypes.UUID),
          column("fix", DataTypes.BLOB),
          column("bin", DataTypes.BLOB),
          column("amount", DataTypes.DECIMAL),
          column("tags", DataTypes.listOf(DataTypes.TEXT)),
          column("counts", DataTypes.mapOf(DataTypes.TEXT, DataTypes.BIGINT)));

  private final ForeignTables tables = new ForeignTables();

  @ParameterizedTest
  @EnumSource(names = {"PARQUET", "AVRO"})
  void readsEachTypeAndAppliesDeletes(FileFormat format) throws IOException {
    Table table = tables.create("things", ALL, 2);
    List<Record> rows = new ArrayList<>();
    for (int id = 0; id < 100; id++) {
      rows.add(row(id));
    }
    DataFile file = ForeignTables.append(table, format, rows);
    IcebergSource source =
        tables.source("things").timeZone(ZoneId.of("Europe/Berlin")).truncateTimestamps();
    List<List<String>> expected = rows.stream().map(ForeignTablesTest::expected).toList();
    assertThat(Exports.imported(source, TABLE)).isEqualTo(expected);

    Schema name = ALL.select("name");
    ForeignTables.delete(
        table, format, file, 3, GenericRecord.create(name).copy(Map.of("name", "n7")));
    List<List<String>> rest = new ArrayList<>(expected);
    rest.remove(7);
    rest.remove(3);
    assertThat(Exports.imported(source, TABLE)).isEqualTo(rest);
    assertThat(Exports.imported(source, TABLE, "id"))
        .isEqualTo(rest.stream().map(row -> List.of(row.get(0))).toList());
  }

  @ParameterizedTest
  @EnumSource(names = {"PARQUET", "AVRO"})
  void splitsFiles(FileFormat format) throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "id", Types.IntegerType.get()),
            NestedField.required(2, "name", Types.StringType.get()));
    Table table = tables.create("large", schema, 2);
    table
        .updateProperties()
        .set(TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, "65536")
        .set(TableProperties.AVRO_COMPRESSION, "uncompressed")
        .commit();
    List<Record> rows = new ArrayList<>();
    for (int id = 0; id < 20_000; id++) {
      rows.add(
          GenericRecord.create(schema)
              .copy(Map.of("id", id, "name", UUID.randomUUID().toString())));
    }
    DataFile file = ForeignTables.append(table, format, rows);
    ForeignTables.delete(
        table,
        format,
        file,
        19_999,
        GenericRecord.create(schema.select("id")).copy(Map.of("id", 10_000)));
    TableDescription target =
        Exports.table(
            new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY),
            column("name", DataTypes.TEXT));
    List<List<String>> expected = new ArrayList<>();
    for (Record row : rows) {
      int id = (Integer) row.getField("id");
      if (id != 10_000 && id != 19_999) {
        expected.add(
            List.of(
                CqlBytes.hex(CqlBytes.integer(id)),
                CqlBytes.hex(CqlBytes.text((String) row.getField("name")))));
      }
    }
    assertThat(Exports.imported(tables.source("large"), target, OptionalInt.of(8)))
        .isEqualTo(expected);
  }

  @Test
  void namesSettingsInRefusals() throws IOException {
    Table table = tables.create("times", ALL, 2);
    ForeignTables.append(table, FileFormat.PARQUET, List.of(row(1)));
    IcebergSource source = tables.source("times");
    assertThatThrownBy(() -> Exports.imported(source, TABLE))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "column local: Iceberg type timestamp is not compatible with CQL type timestamp: its"
                + " timestamps have no time zone; set their zone with timeZone(...)");
    assertThatThrownBy(() -> Exports.imported(source.timeZone(ZoneOffset.UTC), TABLE))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining(
            "at is 2026-01-31T10:00:00.123456Z; a CQL timestamp holds whole milliseconds only; cut"
                + " off the rest with truncateTimestamps");
  }

  @Test
  void refusesNamesThatDifferInCaseOnly() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "Id", Types.IntegerType.get()),
            NestedField.required(2, "ID", Types.IntegerType.get()));
    ForeignTables.append(
        tables.create("twice", schema, 2),
        FileFormat.PARQUET,
        List.of(GenericRecord.create(schema).copy(Map.of("Id", 1, "ID", 2))));
    assertThatThrownBy(
            () ->
                Exports.imported(
                    tables.source("twice"),
                    Exports.table(new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY))))
        .hasMessageEndingWith(
            ": column id: Id and ID could be id, whose names differ in case only; assign it with"
                + " mapping(...)");
    assertThat(
            Exports.imported(
                tables.source("twice"),
                Exports.table(
                    new ColumnDescription("Id", DataTypes.INT, Kind.PARTITION_KEY),
                    column("ID", DataTypes.INT))))
        .containsExactly(List.of("00000001", "00000002"));
  }

  @Test
  void refusesTypesWithoutCounterpartAndReadsUnknownAsNull() throws IOException {
    Schema schema =
        new Schema(
            NestedField.required(1, "id", Types.IntegerType.get()),
            NestedField.optional(2, "none", Types.UnknownType.get()),
            NestedField.optional(3, "v", Types.VariantType.get()));
    Table table = tables.create("new_types", schema, 3);
    GenericRecord row = GenericRecord.create(schema);
    row.setField("id", 1);
    ForeignTables.append(table, FileFormat.PARQUET, List.of(row));
    ColumnDescription id = new ColumnDescription("id", DataTypes.INT, Kind.PARTITION_KEY);
    ColumnDescription none = column("none", DataTypes.INT);
    assertThatThrownBy(
            () ->
                Exports.imported(
                    tables.source("new_types"),
                    Exports.table(id, none, column("v", DataTypes.TEXT))))
        .hasMessageContaining(
            "column v: Iceberg type variant is not compatible with CQL type text: no CQL type can"
                + " hold a variant");
    List<String> expected = new ArrayList<>(List.of("00000001"));
    expected.add(null);
    assertThat(Exports.imported(tables.source("new_types"), Exports.table(id, none), "id", "none"))
        .containsExactly(expected);
  }

  private static ColumnDescription column(String name, DataType type) {
    return new ColumnDescription(name, type, Kind.REGULAR);
  }

  private static ByteBuffer bigint(long value) {
    return CqlBytes.of(TypeCodecs.BIGINT, value);
  }

  private static GenericRecord row(int id) {
    GenericRecord row = GenericRecord.create(ALL);
    row.setField("Id", id);
    row.setField("Flag", id % 2 == 0);
    row.setField("big", 1L << id % 60);
    row.setField("real", id / 8f);
    row.setField("wide", id / 16d);
    row.setField("day", LocalDate.EPOCH.plusDays(id));
    row.setField("clock", LocalTime.ofNanoOfDay(id * 1_000L));
    row.setField("at", OffsetDateTime.parse("2026-01-31T10:00:00.123456Z"));
    row.setField("local", LocalDateTime.parse("1970-01-01T01:00:00").plusNanos(id * 1_000_000L));
    row.setField("name", "n" + id);
    row.setField("uuid", new UUID(id, -id));
    row.setField("fix", new byte[] {(byte) id, 1});
    row.setField("bin", ByteBuffer.wrap(new byte[] {(byte) id}));
    row.setField("amount", BigDecimal.valueOf(-id, 3));
    row.setField("tags", List.of("a", "t" + id));
    row.setField("counts", Map.of("k", (long) id));
    return row;
  }

  private static List<String> expected(Record row) {
    int id = (Integer) row.getField("Id");
    List<ByteBuffer> values =
        List.of(
            CqlBytes.integer(id),
            ByteBuffer.wrap(new byte[] {(byte) (id % 2 == 0 ? 1 : 0)}),
            bigint(1L << id % 60),
            CqlBytes.integer(Float.floatToIntBits(id / 8f)),
            bigint(Double.doubleToLongBits(id / 16d)),
            CqlBytes.integer(id ^ Integer.MIN_VALUE),
            bigint(id * 1_000L),
            bigint(Instant.parse("2026-01-31T10:00:00.123Z").toEpochMilli()),
            bigint(id),
            CqlBytes.text("n" + id),
            ByteBuffer.allocate(16).putLong(id).putLong(-id).flip(),
            ByteBuffer.wrap(new byte[] {(byte) id, 1}),
            ByteBuffer.wrap(new byte[] {(byte) id}),
            ByteBuffer.allocate(5).putInt(3).put((byte) -id).flip(),
            CqlBytes.collection(2, CqlBytes.text("a"), CqlBytes.text("t" + id)),
            CqlBytes.collection(1, CqlBytes.text("k"), bigint(id)));
    return values.stream().map(CqlBytes::hex).toList();
  }
}
