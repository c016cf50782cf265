package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decimals and varints in columns of a fixed precision and scale. */
class StrictDecimalTest {

  @TempDir Path folder;

  @Test
  void everyPrecisionHoldsItsFullRange() {
    Seeds.each(
        1,
        random -> {
          for (int precision = 1; precision <= 38; precision++) {
            int scale = random.nextInt(precision + 1);
            List<BigDecimal> values = values(random, precision, scale);
            assertThat(read(DataTypes.DECIMAL, precision, scale, values)).isEqualTo(values);
            List<BigDecimal> integers = values(random, precision, 0);
            assertThat(read(DataTypes.VARINT, precision, 0, integers)).isEqualTo(integers);

            BigInteger tooLarge = BigInteger.TEN.pow(precision);
            for (BigInteger unscaled : List.of(tooLarge, tooLarge.negate())) {
              assertRefused(
                  DataTypes.DECIMAL,
                  precision,
                  scale,
                  new BigDecimal(unscaled, scale),
                  "v is a decimal with more digits than decimal("
                      + precision
                      + ", "
                      + scale
                      + ") allows");
              assertRefused(
                  DataTypes.VARINT,
                  precision,
                  0,
                  new BigDecimal(unscaled),
                  "v is a varint with more digits than decimal(" + precision + ", 0) allows");
            }
          }
        });
  }

  @Test
  void rejectsOtherScales() {
    for (String value : List.of("1.5", "1", "1.500", "0", "1E+2", "0.001")) {
      assertRefused(
          DataTypes.DECIMAL,
          12,
          2,
          new BigDecimal(value),
          "v is a decimal of scale "
              + new BigDecimal(value).scale()
              + ", which a column of decimal(12, 2) cannot preserve");
    }
    assertThat(read(DataTypes.DECIMAL, 12, 2, List.of(new BigDecimal("1.50"))))
        .containsExactly(new BigDecimal("1.50"));
  }

  @Test
  void normalizesNonCanonicalBytesExceptInKeys() {
    ByteBuffer longer = CqlBytes.hex("00000002" + "0000000000000000000096");
    assertThat(bytes(Kind.REGULAR, longer)).isEqualTo("00000002" + "0096");
    assertThatThrownBy(() -> bytes(Kind.PARTITION_KEY, longer))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining("a decimal with redundant bytes");
    for (String hex : List.of("", "0000", "00000002")) {
      assertThatThrownBy(() -> bytes(Kind.REGULAR, CqlBytes.hex(hex)))
          .isInstanceOf(UnrepresentableValueException.class);
    }
  }

  @Test
  void choiceMustMatchColumn() {
    assertThatThrownBy(() -> schema(DataTypes.DECIMAL, TypeChoices.NONE.decimal("w", 3, 1, false)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("The export has no column w");
    assertThatThrownBy(() -> schema(DataTypes.DOUBLE, TypeChoices.NONE.decimal("v", 3, 1, false)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Column v has the type double; only decimal and varint can be written as"
                + " decimal(3, 1)");
    assertThatThrownBy(() -> schema(DataTypes.VARINT, TypeChoices.NONE.decimal("v", 3, 1, false)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("Column v is a varint, which has no fraction: its scale must be 0, not 1");
    // Column names use CQL syntax.
    assertThat(schema(DataTypes.DECIMAL, TypeChoices.NONE.decimal("V", 3, 1, false)).findType("v"))
        .isEqualTo(Types.DecimalType.of(3, 1));
  }

  @Test
  void duckDbReadsSameNumbers() throws Exception {
    for (int precision : List.of(4, 9, 10, 18, 19, 38)) {
      List<BigDecimal> values = values(new Random(precision), precision, 3);
      Path file = folder.resolve(precision + ".parquet");
      Files.write(file, file(DataTypes.DECIMAL, precision, 3, values));
      assertThat(duckDb(file)).isEqualTo(values);
    }
  }

  private static List<BigDecimal> duckDb(Path file) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT v FROM read_parquet('" + file + "')")) {
      List<BigDecimal> numbers = new ArrayList<>();
      while (result.next()) {
        numbers.add(result.getBigDecimal(1));
      }
      return numbers;
    }
  }

  /**
   * Returns the limits of the range, random values, and values at byte boundaries within the range.
   */
  private static List<BigDecimal> values(Random random, int precision, int scale) {
    BigInteger end = BigInteger.TEN.pow(precision).subtract(BigInteger.ONE);
    List<BigDecimal> values = new ArrayList<>();
    for (BigInteger unscaled :
        List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            end,
            new BigInteger(end.bitLength() - 1, random),
            BigInteger.ONE.shiftLeft(random.nextInt(end.bitLength() - 1)))) {
      values.add(new BigDecimal(unscaled, scale));
      values.add(new BigDecimal(unscaled.negate(), scale));
    }
    return values;
  }

  private static List<BigDecimal> read(
      DataType type, int precision, int scale, List<BigDecimal> values) {
    TypeChoices choices = TypeChoices.NONE.decimal("v", precision, scale, false);
    Schema schema = schema(type, choices);
    InMemoryOutputFile file = new InMemoryOutputFile();
    ParquetFiles.write(file, schema, columns(type, Kind.REGULAR), rows(type, values), choices);
    CqlValueEncoder encoder =
        CqlValueEncoder.of(
            columns(type, Kind.REGULAR).get(0), schema.findType("v"), ReadOptions.EXACT);
    List<BigDecimal> numbers = new ArrayList<>();
    List<Record> records = ParquetFiles.read(file, schema);
    for (int i = 0; i < records.size(); i++) {
      numbers.add((BigDecimal) records.get(i).get(0));
      assertThat(encoder.encode(records.get(i).get(0))).isEqualTo(bytes(type, values.get(i)));
    }
    return numbers;
  }

  private static byte[] file(DataType type, int precision, int scale, List<BigDecimal> values) {
    TypeChoices choices = TypeChoices.NONE.decimal("v", precision, scale, false);
    Schema schema = schema(type, choices);
    InMemoryOutputFile file = new InMemoryOutputFile();
    ParquetFiles.write(file, schema, columns(type, Kind.REGULAR), rows(type, values), choices);
    return file.toByteArray();
  }

  private static void assertRefused(
      DataType type, int precision, int scale, BigDecimal value, String message) {
    assertThatThrownBy(() -> read(type, precision, scale, List.of(value)))
        .isInstanceOfSatisfying(
            UnrepresentableValueException.class, e -> assertThat(e.column()).isEqualTo("v"))
        .hasMessageStartingWith(message);
  }

  private static String bytes(Kind kind, ByteBuffer value) {
    List<ColumnDescription> columns = columns(DataTypes.DECIMAL, kind);
    Schema schema =
        IcebergTypes.schema(
            ParquetFiles.table(columns), columns, TypeChoices.NONE.decimal("v", 9, 2, false));
    InMemoryOutputFile file = new InMemoryOutputFile();
    ParquetFiles.write(file, schema, columns, List.of(index -> value));
    ByteBuffer back =
        CqlValueEncoder.of(columns.get(0), schema.findType("v"), ReadOptions.EXACT)
            .encode(ParquetFiles.read(file, schema).get(0).get(0));
    return CqlBytes.hex(Objects.requireNonNull(back));
  }

  private static Schema schema(DataType type, TypeChoices choices) {
    List<ColumnDescription> columns = columns(type, Kind.REGULAR);
    return IcebergTypes.schema(ParquetFiles.table(columns), columns, choices);
  }

  private static List<ColumnDescription> columns(DataType type, Kind kind) {
    return List.of(new ColumnDescription("v", type, kind));
  }

  private static List<RawRow> rows(DataType type, List<BigDecimal> values) {
    return values.stream().<RawRow>map(value -> index -> bytes(type, value)).toList();
  }

  private static ByteBuffer bytes(DataType type, BigDecimal value) {
    return type.equals(DataTypes.VARINT)
        ? CqlBytes.of(TypeCodecs.VARINT, value.unscaledValue())
        : CqlBytes.of(TypeCodecs.DECIMAL, value);
  }
}
