package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlTypes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.iceberg.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.DataWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that cannot be exported to Parquet, and the messages for them. */
class RejectedValuesTest {

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  @Test
  void rejectsEmptyValueOfTypesWithoutOneInIceberg() {
    for (DataType type :
        List.of(
            DataTypes.BOOLEAN,
            DataTypes.TINYINT,
            DataTypes.SMALLINT,
            DataTypes.INT,
            DataTypes.BIGINT,
            DataTypes.FLOAT,
            DataTypes.DOUBLE,
            DataTypes.DATE,
            DataTypes.TIME,
            DataTypes.TIMESTAMP,
            DataTypes.DECIMAL,
            DataTypes.VARINT,
            DataTypes.DURATION,
            DataTypes.INET,
            DataTypes.UUID,
            DataTypes.TIMEUUID,
            DataTypes.vectorOf(DataTypes.FLOAT, 2),
            DataTypes.vectorOf(DataTypes.TEXT, 2),
            DataTypes.tupleOf(DataTypes.INT))) {
      assertThatThrownBy(() -> write(type, EMPTY)).hasMessageContaining("v holds the empty value");
    }
    assertThatExceptionOfType(UnrepresentableValueException.class)
        .isThrownBy(() -> write(DataTypes.INT, EMPTY))
        .withMessage(
            "v holds the empty value of int (zero bytes, neither null nor a value), which only raw"
                + " bytes can represent")
        .satisfies(e -> assertThat(e.column()).isEqualTo("v"));
  }

  @Test
  void messageContainsPathToValue() {
    DataType zip = TestUserType.of("zip", List.of("code"), List.of(DataTypes.INT));
    DataType type = TestUserType.of("addr", List.of("zips"), List.of(DataTypes.listOf(zip)));
    ByteBuffer value = CqlBytes.tuple(CqlBytes.collection(1, CqlBytes.tuple(EMPTY)));
    assertRefused(type, value, "v.zips.element.code holds the empty value of int");
    DataType map = DataTypes.mapOf(DataTypes.INT, DataTypes.DATE);
    ByteBuffer one = CqlBytes.integer(1);
    assertRefused(map, CqlBytes.collection(1, one, EMPTY), "v.value holds the empty value of date");
    assertRefused(map, CqlBytes.collection(1, EMPTY, one), "v.key holds the empty value of int");
  }

  @Test
  void rejectsValuesOutOfIcebergRange() {
    long tooLate = Long.MAX_VALUE / 1_000 + 1;
    for (long millis : new long[] {tooLate, -tooLate, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertRefused(
          DataTypes.TIMESTAMP,
          CqlBytes.of(TypeCodecs.BIGINT, millis),
          "v is a timestamp of " + millis + " ms");
    }
    for (long nanos : new long[] {-1, 86_400_000_000_000L, Long.MAX_VALUE}) {
      assertRefused(
          DataTypes.TIME,
          CqlBytes.of(TypeCodecs.BIGINT, nanos),
          "v is a time of " + nanos + " ns since midnight, out of the range 0 to 86399999999999");
    }
    assertRefused(
        DataTypes.DECIMAL,
        CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(BigDecimal.TEN.unscaledValue(), -1 << 31)),
        "v is a decimal of scale -2147483648");
  }

  @ParameterizedTest
  @ValueSource(strings = {"c080", "eda080", "edbfbf", "f4908080", "ff", "c3", "61e282", "f08080af"})
  void rejectsMalformedUtf8(String hex) {
    assertRefused(
        DataTypes.TEXT, CqlBytes.hex(hex), "v contains text that is not well-formed UTF-8");
    assertRefused(
        DataTypes.TEXT,
        CqlBytes.concatenate(CqlBytes.text("long enough"), CqlBytes.hex(hex)),
        "not well-formed UTF-8");
  }

  @Test
  void rejectsNullsInCollections() {
    ByteBuffer one = CqlBytes.integer(1);
    String message = "v contains a null, which no collection allows";
    assertRefused(DataTypes.listOf(DataTypes.INT), CqlBytes.collection(2, one, null), message);
    assertRefused(
        DataTypes.setOf(DataTypes.INT), CqlBytes.collection(1, (ByteBuffer) null), message);
    DataType map = DataTypes.mapOf(DataTypes.INT, DataTypes.INT);
    assertRefused(map, CqlBytes.collection(1, one, null), message);
    assertRefused(map, CqlBytes.collection(1, null, one), message);
  }

  @Test
  void rejectsMalformedBytes() {
    assertRefused(DataTypes.INT, CqlBytes.hex("0000"), "v holds 2 bytes");
    assertRefused(DataTypes.INET, CqlBytes.hex("0000"), "v holds 2 bytes");
    assertRefused(DataTypes.DECIMAL, CqlBytes.integer(1), "v holds 4 bytes");
    DataType list = DataTypes.listOf(DataTypes.INT);
    for (String hex :
        List.of("00", "ffffffff", "00000001", "0000000100000004", "0000000000", "7fffffff0000")) {
      assertRefused(list, CqlBytes.hex(hex), "v holds bytes that are not a serialized value");
    }
    DataType tuple = DataTypes.tupleOf(DataTypes.INT);
    for (String hex : List.of("00", "00000004", "ffffffff00", "ffffffffffffffff", "7fffffff00")) {
      assertRefused(tuple, CqlBytes.hex(hex), "v holds bytes that are not a serialized value");
    }
    for (String hex : List.of("00", "0000", "00000000", "80", "ff00", "f00000000000")) {
      assertRefused(DataTypes.DURATION, CqlBytes.hex(hex), "v holds bytes that are no");
    }
    assertRefused(
        DataTypes.DURATION, CqlBytes.hex("f2000000000000"), "a duration of 4294967296 months");
    DataType fixed = DataTypes.vectorOf(DataTypes.INT, 2);
    assertRefused(fixed, CqlBytes.integer(1), "4 bytes for a vector of 2 elements");
    DataType variable = DataTypes.vectorOf(DataTypes.TEXT, 2);
    for (String hex : List.of("00", "000000", "0002", "80", "00ffffffffffffffffff")) {
      assertRefused(variable, CqlBytes.hex(hex), "v holds bytes that are not a serialized value");
    }
  }

  @Test
  void rejectsNullInRequiredField() {
    ColumnDescription key = new ColumnDescription("k", DataTypes.INT, Kind.CLUSTERING);
    assertThatThrownBy(() -> ParquetFiles.roundTrip(List.of(key), List.of(index -> null)))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage("k is null where a value is required");
  }

  /** In a partition key, two serializations of a value are two partitions. */
  @Test
  void rejectsNonCanonicalBytesInPartitionKeyOnly() {
    DataType list = DataTypes.frozenListOf(DataTypes.INT);
    Map<DataType, List<String>> spellings =
        Map.of(
            DataTypes.VARINT,
            List.of("0001", "01"),
            DataTypes.DECIMAL,
            List.of("00000002ffff", "00000002ff"),
            DataTypes.BOOLEAN,
            List.of("02", "01"),
            list,
            List.of("", "00000000"),
            DataTypes.tupleOf(DataTypes.INT, DataTypes.INT),
            List.of("ffffffff", "ffffffffffffffff"),
            DataTypes.frozenSetOf(DataTypes.VARINT),
            List.of("00000001000000020001", "000000010000000101"));
    spellings.forEach(
        (type, forms) -> {
          ByteBuffer unusual = CqlBytes.hex(forms.get(0));
          ColumnDescription regular = new ColumnDescription("v", type, Kind.REGULAR);
          assertThat(ParquetFiles.roundTrip(List.of(regular), List.of(index -> unusual)))
              .isEqualTo(List.of(List.of(forms.get(1))));
          ColumnDescription key = new ColumnDescription("v", type, Kind.PARTITION_KEY);
          assertThatThrownBy(() -> ParquetFiles.roundTrip(List.of(key), List.of(index -> unusual)))
              .isInstanceOf(UnrepresentableValueException.class)
              .hasMessageContaining("which would be read back as another key");
        });
  }

  @Test
  void rejectedRowsCanBeSkipped() throws IOException {
    List<ColumnDescription> columns =
        List.of(
            new ColumnDescription("k", DataTypes.INT, Kind.PARTITION_KEY),
            new ColumnDescription("l", DataTypes.listOf(DataTypes.DOUBLE), Kind.REGULAR),
            new ColumnDescription("v", DataTypes.INT, Kind.REGULAR));
    Schema schema = IcebergTypes.schema(ParquetFiles.table(columns), columns);
    InMemoryOutputFile file = new InMemoryOutputFile();
    List<Integer> refused = new ArrayList<>();
    Consumer<RawRow> check = CqlParquetWriters.check(schema, columns, TypeChoices.NONE);
    try (DataWriter<RawRow> writer =
        ParquetFiles.open(file, schema, columns, CqlParquetWriters.fileProperties(schema))) {
      for (int i = 0; i < 10; i++) {
        int key = i;
        ByteBuffer list = CqlBytes.collection(1, CqlBytes.of(TypeCodecs.DOUBLE, (double) i));
        List<@Nullable ByteBuffer> values =
            List.of(CqlBytes.integer(key), list, i % 3 == 1 ? EMPTY : CqlBytes.integer(-i));
        try {
          check.accept(values::get);
          writer.write(values::get);
        } catch (UnrepresentableValueException e) {
          refused.add(key);
        }
      }
    }
    assertThat(refused).containsExactly(1, 4, 7);
    List<Record> records = ParquetFiles.read(file, schema);
    assertThat(records)
        .extracting(r -> List.of(r.get(0), r.get(1), r.get(2)))
        .containsExactlyElementsOf(
            List.of(0, 2, 3, 5, 6, 8, 9).stream()
                .<List<Object>>map(i -> List.of(i, List.of((double) i), -i))
                .toList());
  }

  private static void assertRefused(DataType type, ByteBuffer value, String message) {
    assertThatThrownBy(() -> write(type, value))
        .as("%s in %s", CqlBytes.hex(value), CqlTypes.text(type))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining(message);
  }

  private static void write(DataType type, ByteBuffer value) {
    ColumnDescription column = new ColumnDescription("v", type, Kind.REGULAR);
    ParquetFiles.roundTrip(List.of(column), List.of(index -> value));
  }
}
