package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Files;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ParquetProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Floats and doubles, which are written as raw bits. */
class FloatColumnTest {

  private static final List<ColumnDescription> COLUMNS =
      List.of(
          new ColumnDescription("f", DataTypes.FLOAT, Kind.REGULAR),
          new ColumnDescription("d", DataTypes.DOUBLE, Kind.REGULAR),
          new ColumnDescription(
              "t", DataTypes.tupleOf(DataTypes.FLOAT, DataTypes.INT), Kind.REGULAR),
          new ColumnDescription("v", DataTypes.vectorOf(DataTypes.FLOAT, 2), Kind.REGULAR));

  private static final Schema SCHEMA = IcebergTypes.schema(ParquetFiles.table(COLUMNS), COLUMNS);

  private static final List<String> FLOATS =
      List.of("ffc00001", "80000000", "bf800000", "7f800001");
  private static final List<String> DOUBLES =
      List.of("7ff80000000007a2", "8000000000000000", "4000000000000000", "fff8000000000000");

  @Test
  void icebergMetricsAreComplete(@TempDir Path folder) {
    DataFile file =
        ParquetFiles.write(
            Files.localOutput(folder.resolve("f.parquet").toFile()), SCHEMA, COLUMNS, rows());
    int inTuple = SCHEMA.findField("t.f0").fieldId();
    assertThat(file.recordCount()).isEqualTo(6);
    assertThat(file.valueCounts()).contains(Map.entry(1, 6L), Map.entry(inTuple, 6L));
    assertThat(file.nullValueCounts())
        .contains(Map.entry(1, 2L), Map.entry(2, 2L), Map.entry(inTuple, 2L));
    assertThat(file.nanValueCounts())
        .contains(Map.entry(1, 2L), Map.entry(2, 2L), Map.entry(inTuple, 2L));
    assertThat(bound(file.lowerBounds(), 1)).isEqualTo(-1f);
    assertThat(bound(file.upperBounds(), 1)).isEqualTo(-0f);
    assertThat(bound(file.lowerBounds(), 2)).isEqualTo(-0d);
    assertThat(bound(file.upperBounds(), 2)).isEqualTo(2d);
  }

  @Test
  void duckDbReadsSameBits(@TempDir Path folder) throws SQLException {
    Path path = folder.resolve("f.parquet");
    ParquetFiles.write(Files.localOutput(path.toFile()), SCHEMA, COLUMNS, rows());
    List<@Nullable String> seen = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        ResultSet result =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT f, d, t.f0, v[2] FROM read_parquet('" + path + "') ORDER BY t.f1")) {
      while (result.next()) {
        seen.add(bits(result.getFloat(1), result.wasNull()));
        seen.add(bits(result.getDouble(2), result.wasNull()));
        seen.add(bits(result.getFloat(3), result.wasNull()));
        seen.add(bits(result.getFloat(4), result.wasNull()));
      }
    }
    List<@Nullable String> expected = new ArrayList<>();
    for (int i = 0; i < FLOATS.size(); i++) {
      String other = FLOATS.get((i + 1) % FLOATS.size());
      expected.addAll(List.of(FLOATS.get(i), DOUBLES.get(i), FLOATS.get(i), other));
    }
    assertThat(seen.subList(0, expected.size())).isEqualTo(expected);
    assertThat(seen.subList(expected.size(), seen.size())).hasSize(8).containsOnlyNulls();
  }

  @Test
  void firstRowFailsWithoutFileProperties() {
    DataWriter<RawRow> writer =
        ParquetFiles.open(new InMemoryOutputFile(), SCHEMA, COLUMNS, Map.of());
    assertThatThrownBy(() -> writer.write(rows().get(0)))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  /** Before version 1.18, parquet-java used the properties of the writer that was created last. */
  @Test
  void isIndependentOfOtherWritersInProcess() throws IOException {
    Map<String, String> properties = new HashMap<>(CqlParquetWriters.fileProperties(SCHEMA));
    properties.put(TableProperties.PARQUET_ROW_GROUP_SIZE_BYTES, "1");
    properties.put(TableProperties.PARQUET_ROW_GROUP_CHECK_MIN_RECORD_COUNT, "1");
    properties.put(TableProperties.PARQUET_ROW_GROUP_CHECK_MAX_RECORD_COUNT, "1");
    InMemoryOutputFile file = new InMemoryOutputFile();
    DataWriter<RawRow> writer = ParquetFiles.open(file, SCHEMA, COLUMNS, properties);
    try (writer) {
      for (RawRow row : rows()) {
        ParquetProperties.builder().withDictionaryEncoding(true).build();
        writer.write(row);
      }
    }
    assertThat(writer.toDataFile().splitOffsets()).hasSizeGreaterThan(1);
    assertThat(ParquetFiles.read(file, SCHEMA)).hasSize(rows().size());
  }

  /** Returns four rows of values, one row with an empty tuple, and one row of nulls. */
  private static List<RawRow> rows() {
    List<RawRow> rows = new ArrayList<>();
    for (int i = 0; i < FLOATS.size(); i++) {
      ByteBuffer real = CqlBytes.hex(FLOATS.get(i));
      ByteBuffer other = CqlBytes.hex(FLOATS.get((i + 1) % FLOATS.size()));
      List<ByteBuffer> values =
          List.of(
              real,
              CqlBytes.hex(DOUBLES.get(i)),
              CqlBytes.tuple(real, CqlBytes.integer(i)),
              CqlBytes.concatenate(real, other));
      rows.add(values::get);
    }
    rows.add(index -> index == 2 ? CqlBytes.tuple(null, null) : null);
    rows.add(index -> null);
    return rows;
  }

  private static @Nullable Object bound(Map<Integer, ByteBuffer> bounds, int id) {
    Type type = id == 1 ? Types.FloatType.get() : Types.DoubleType.get();
    return Conversions.fromByteBuffer(type, bounds.get(id));
  }

  private static @Nullable String bits(float value, boolean isNull) {
    return isNull ? null : HexFormat.of().toHexDigits(Float.floatToRawIntBits(value));
  }

  private static @Nullable String bits(double value, boolean isNull) {
    return isNull ? null : HexFormat.of().toHexDigits(Double.doubleToRawLongBits(value));
  }
}
