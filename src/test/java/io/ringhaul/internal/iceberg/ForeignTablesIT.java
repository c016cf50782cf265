package io.ringhaul.internal.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.batch.LoggedText;
import io.ringhaul.parquet.ParquetSource;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Files;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Creates tables from the types of tables and files that other programs wrote. */
@ClusterTest
class ForeignTablesIT {

  private static final Types.StructType GEO =
      Types.StructType.of(
          NestedField.required(20, "lat", Types.DoubleType.get()),
          NestedField.optional(21, "Lon", Types.DoubleType.get()));

  private static final Types.StructType POINT =
      Types.StructType.of(
          NestedField.required(30, "lat", Types.DoubleType.get()),
          NestedField.optional(31, "Lon", Types.DoubleType.get()));

  private static final Types.StructType PLACE =
      Types.StructType.of(
          NestedField.optional(22, "City", Types.StringType.get()),
          NestedField.optional(23, "geo", GEO),
          NestedField.optional(24, "tags", Types.ListType.ofOptional(25, Types.StringType.get())));

  private static final Schema SCHEMA =
      new Schema(
          List.of(
              NestedField.required(1, "Day", Types.DateType.get()),
              NestedField.required(2, "Id", Types.LongType.get()),
              NestedField.optional(3, "flag", Types.BooleanType.get()),
              NestedField.optional(4, "n", Types.IntegerType.get()),
              NestedField.optional(5, "real", Types.FloatType.get()),
              NestedField.optional(6, "clock", Types.TimeType.get()),
              NestedField.optional(7, "at", Types.TimestampType.withZone()),
              NestedField.optional(8, "name", Types.StringType.get()),
              NestedField.optional(9, "uuid", Types.UUIDType.get()),
              NestedField.optional(10, "fix", Types.FixedType.ofLength(2)),
              NestedField.optional(11, "bin", Types.BinaryType.get()),
              NestedField.optional(12, "amount", Types.DecimalType.of(20, 3)),
              NestedField.optional(13, "Place", PLACE),
              NestedField.optional(14, "places", Types.ListType.ofOptional(15, POINT)),
              NestedField.optional(
                  16,
                  "counts",
                  Types.MapType.ofOptional(
                      17,
                      18,
                      Types.StringType.get(),
                      Types.ListType.ofOptional(19, Types.LongType.get())))),
          Set.of(1, 2));

  @TempDir private Path folder;

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @Test
  void createsTableFromForeignIcebergTable() throws IOException {
    ForeignTables tables = new ForeignTables();
    ForeignTables.append(
        tables.create("visits", SCHEMA, 2), FileFormat.PARQUET, List.of(row(1), row(2)));
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator.importInto(keyspace, "visits").from(tables.source("visits")).createTable().execute();
      operator
          .importInto(keyspace, "by_id")
          .from(tables.source("visits"))
          .createTable()
          .primaryKey("id, day DESC")
          .execute();
    }
    assertCreated("visits");
    assertThat(statement("visits")).contains("PRIMARY KEY ((day, id))");
    assertCreated("by_id");
    assertThat(statement("by_id"))
        .contains("PRIMARY KEY (id, day)")
        .contains("CLUSTERING ORDER BY (day DESC)");
  }

  @Test
  void createsTableFromForeignParquetFile() throws IOException {
    Path file = folder.resolve("visits.parquet");
    write(file, SCHEMA, row(1), row(2));
    ParquetSource source = ParquetSource.at(file);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThatThrownBy(
              () -> operator.importInto(keyspace, "files").from(source).createTable().execute())
          .isInstanceOf(UnsuitableTableException.class)
          .hasMessage(
              "Table %s.files cannot be created: the source has no primary key; name columns of it"
                  + " with primaryKey(...): day, id, flag, n, real, clock, at, name, uuid, fix,"
                  + " bin, amount, place, places, counts",
              keyspace);
      assertThatThrownBy(
              () ->
                  operator
                      .importInto(keyspace, "files")
                      .from(source)
                      .createTable()
                      .primaryKey("(id, hour), day")
                      .execute())
          .isInstanceOf(UnsuitableTableException.class)
          .hasMessageContaining(".files cannot be created: primaryKey names hour, and the columns");
      assertThat(session.getMetadata().getKeyspace(keyspace).orElseThrow().getUserDefinedTypes())
          .isEmpty();
      operator
          .importInto(keyspace, "files")
          .from(source)
          .createTable()
          .primaryKey("(id), day")
          .execute();
    }
    assertCreated("files");
  }

  @Test
  void mapsColumnsOfForeignTableToCreate() throws IOException {
    ForeignTables tables = new ForeignTables();
    Schema schema =
        new Schema(
            NestedField.required(1, "Id", Types.IntegerType.get()),
            NestedField.optional(2, "UserName", Types.StringType.get()));
    ForeignTables.append(
        tables.create("users", schema, 2),
        FileFormat.AVRO,
        List.of(GenericRecord.create(schema).copy(Map.of("Id", 7, "UserName", "ann"))));
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .importInto(keyspace, "users")
          .from(tables.source("users"))
          .mapping("username = name, id = number")
          .createTable()
          .primaryKey("number")
          .execute();
    }
    assertThat(session.execute("SELECT number, name FROM " + keyspace + ".users").all())
        .extracting(row -> row.getInt(0) + " " + row.getString(1))
        .containsExactly("7 ann");
  }

  @Test
  void refusesColumnsWithoutCqlTypeBeforeCreation() throws IOException {
    ForeignTables tables = new ForeignTables();
    Schema schema =
        new Schema(
            NestedField.required(1, "id", Types.IntegerType.get()),
            NestedField.optional(2, "v", Types.VariantType.get()));
    GenericRecord row = GenericRecord.create(schema);
    row.setField("id", 1);
    ForeignTables.append(tables.create("variants", schema, 3), FileFormat.PARQUET, List.of(row));
    ImportSource source = tables.source("variants");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      assertThatThrownBy(
              () ->
                  operator
                      .importInto(keyspace, "variants")
                      .from(source)
                      .createTable()
                      .primaryKey("id")
                      .execute())
          .isInstanceOf(UnsuitableTableException.class)
          .hasMessage(
              "Table %s.variants cannot be created: column v has no CQL type (no CQL type can hold"
                  + " a variant); leave it out with columns(...)",
              keyspace);
      assertThatThrownBy(
              () ->
                  operator.importInto(keyspace, "variants").from(source).primaryKey("id").execute())
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage("primaryKey is the key of a table that is created; call createTable() too");
      operator
          .importInto(keyspace, "variants")
          .from(source)
          .createTable()
          .primaryKey("id")
          .columns("id")
          .execute();
    }
    assertThat(statement("variants")).doesNotContain(" v ");
    assertThat(session.execute("SELECT id FROM " + keyspace + ".variants").all()).hasSize(1);
  }

  @Test
  void failedImportLogsNoDroppedStatements() throws IOException {
    ForeignTables tables = new ForeignTables();
    Schema schema =
        new Schema(
            NestedField.required(1, "id", Types.IntegerType.get()),
            NestedField.optional(2, "at", Types.TimestampType.withZone()));
    OffsetDateTime at = OffsetDateTime.parse("2026-01-31T10:00:00.123Z");
    List<Record> rows = new ArrayList<>();
    for (int id = 0; id < 10; id++) {
      rows.add(
          GenericRecord.create(schema)
              .copy(Map.of("id", id, "at", id < 9 ? at : at.plusNanos(1_000))));
    }
    ForeignTables.append(tables.create("micros", schema, 2), FileFormat.PARQUET, rows);
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session);
        LoggedText log = new LoggedText()) {
      assertThatThrownBy(
              () ->
                  operator
                      .importInto(keyspace, "micros")
                      .from(tables.source("micros"))
                      .createTable()
                      .primaryKey("id")
                      .execute())
          .isInstanceOf(UnrepresentableValueException.class)
          .hasMessageContaining("at is 2026-01-31T10:00:00.123001Z; a CQL timestamp holds");
      assertThat(log.text()).doesNotContain("not flushed");
      operator
          .importInto(keyspace, "micros")
          .from(tables.source("micros").truncateTimestamps())
          .execute();
    }
    assertThat(session.execute("SELECT at FROM " + keyspace + ".micros").all())
        .hasSize(10)
        .allSatisfy(row -> assertThat(row.getInstant(0)).isEqualTo(at.toInstant()));
  }

  private void assertCreated(String table) {
    assertThat(
            StreamSupport.stream(
                    session
                        .execute(
                            String.format(
                                "SELECT JSON day, id, flag, n, real, clock, at, name, uuid, fix,"
                                    + " bin, amount, place, places, counts FROM %s.%s WHERE id = 2"
                                    + " AND day = '2026-01-31'",
                                keyspace, table))
                        .spliterator(),
                    false)
                .map(row -> row.getString(0)))
        .containsExactly(
            "{\"day\": \"2026-01-31\", \"id\": 2, \"flag\": true, \"n\": 2, \"real\": 0.5,"
                + " \"clock\": \"10:00:00.000001000\", \"at\": \"2026-01-31 10:00:00.123Z\","
                + " \"name\": \"n2\", \"uuid\": \"00000000-0000-0001-0000-000000000002\", \"fix\":"
                + " \"0x0102\", \"bin\": \"0x03\", \"amount\": -1.500, \"place\": {\"city\":"
                + " \"Ulm\", \"geo\": {\"lat\": 1.0, \"lon\": 2.0}, \"tags\": [\"x\"]}, \"places\":"
                + " [{\"lat\": 3.0, \"lon\": null}], \"counts\": {\"k\": [2]}}");
    assertThat(session.execute("SELECT id FROM " + keyspace + "." + table).all()).hasSize(2);
  }

  private String statement(String table) {
    Row row = session.execute("DESCRIBE TABLE " + keyspace + "." + table).one();
    return String.valueOf(row == null ? null : row.getString("create_statement"))
        .replaceAll("\\s+", " ");
  }

  private static GenericRecord row(long id) {
    GenericRecord row = GenericRecord.create(SCHEMA);
    row.setField("Day", LocalDate.parse("2026-01-31"));
    row.setField("Id", id);
    row.setField("flag", true);
    row.setField("n", (int) id);
    row.setField("real", 0.5f);
    row.setField("clock", LocalTime.parse("10:00:00.000001"));
    row.setField("at", OffsetDateTime.parse("2026-01-31T10:00:00.123Z"));
    row.setField("name", "n" + id);
    row.setField("uuid", new UUID(1, id));
    row.setField("fix", new byte[] {1, 2});
    row.setField("bin", ByteBuffer.wrap(new byte[] {3}));
    row.setField("amount", new BigDecimal("-1.500"));
    Record geo = GenericRecord.create(GEO).copy(Map.of("lat", 1d, "Lon", 2d));
    row.setField(
        "Place",
        GenericRecord.create(PLACE).copy(Map.of("City", "Ulm", "geo", geo, "tags", List.of("x"))));
    row.setField("places", List.of(GenericRecord.create(POINT).copy(Map.of("lat", 3d))));
    row.setField("counts", Map.of("k", List.of(id)));
    return row;
  }

  private static void write(Path file, Schema schema, Record... rows) throws IOException {
    try (DataWriter<Record> writer =
        Parquet.writeData(Files.localOutput(file.toFile()))
            .schema(schema)
            .createWriterFunc(GenericParquetWriter::create)
            .withSpec(PartitionSpec.unpartitioned())
            .build()) {
      for (Record row : rows) {
        writer.write(row);
      }
    }
  }
}
