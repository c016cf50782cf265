package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values of Iceberg tables that Ringhaul did not write. */
class ForeignTableTest {

  private static final Type INT = Types.IntegerType.get();
  private static final Type LONG = Types.LongType.get();
  private static final Type STRING = Types.StringType.get();
  private static final Type TIMESTAMPTZ = Types.TimestampType.withZone();

  @Test
  void convertsIntegersWithinRange() {
    assertEncodes(DataTypes.BIGINT, INT, -5, "fffffffffffffffb");
    assertEncodes(DataTypes.INT, LONG, -5L, "fffffffb");
    assertRefuses(DataTypes.INT, LONG, 1L << 31, "2147483648, out of the range");
    assertEncodes(DataTypes.SMALLINT, INT, 32767, "7fff");
    assertRefuses(DataTypes.SMALLINT, INT, 32768, "v is 32768, out of the range -32768 to 32767");
    assertEncodes(DataTypes.TINYINT, INT, -128, "80");
    assertRefuses(DataTypes.TINYINT, LONG, -129L, "-129");
    assertEncodes(DataTypes.DOUBLE, Types.FloatType.get(), 0.5f, "3fe0000000000000");
  }

  @Test
  void convertsExactNumbersToDecimalsAndVarints() {
    Type decimal = Types.DecimalType.of(10, 2);
    assertEncodes(DataTypes.DECIMAL, decimal, new BigDecimal("1.20"), "0000000278");
    assertEncodes(DataTypes.DECIMAL, STRING, "1.2E+3", "fffffffe0c");
    assertEncodes(DataTypes.DECIMAL, LONG, 256L, "000000000100");
    assertEncodes(DataTypes.VARINT, decimal, new BigDecimal("128.00"), "0080");
    assertEncodes(DataTypes.VARINT, INT, -1, "ff");
    assertEncodes(
        DataTypes.VARINT,
        STRING,
        "9".repeat(1_000),
        CqlBytes.hex(
            CqlBytes.of(TypeCodecs.VARINT, BigInteger.TEN.pow(1_000).subtract(BigInteger.ONE))));
    assertRefuses(DataTypes.VARINT, decimal, new BigDecimal("0.50"), "0.50; a varint has no");
    assertRefuses(DataTypes.VARINT, STRING, "12a", "\"12a\", which is not an integer");
    assertRefuses(DataTypes.DECIMAL, STRING, "", "\"\", which is not a decimal number");
    assertRefuses(DataTypes.DECIMAL, STRING, "1E+2147483648", "which is not a decimal number");
  }

  @Test
  void rejectsTimesThatWouldLosePrecision() {
    Type nanos = Types.TimestampNanoType.withZone();
    OffsetDateTime time = OffsetDateTime.parse("1969-12-31T23:59:59.999Z");
    assertEncodes(DataTypes.TIMESTAMP, TIMESTAMPTZ, time, "ffffffffffffffff");
    assertEncodes(DataTypes.TIMESTAMP, nanos, time.withNano(0), "fffffffffffffc18");
    assertRefuses(
        DataTypes.TIMESTAMP, TIMESTAMPTZ, time.plusNanos(1_000), "whole milliseconds only");
    assertRefuses(DataTypes.TIMESTAMP, nanos, time.plusNanos(1), "whole milliseconds only");
    assertRefuses(
        DataTypes.TIMESTAMP, TIMESTAMPTZ, OffsetDateTime.MAX.withNano(0), "out of the range");
    assertEncodes(
        DataTypes.TIME, Types.TimeType.get(), LocalTime.of(0, 0, 0, 1_000), "00000000000003e8");
    assertRefuses(DataTypes.TIME, LONG, 86_400_000_000_000L, "out of the range");
    assertRefuses(DataTypes.TIME, LONG, -1L, "out of the range");
    assertEncodes(DataTypes.DATE, Types.DateType.get(), LocalDate.EPOCH, "80000000");
    assertRefuses(DataTypes.DATE, Types.DateType.get(), LocalDate.MAX, "out of the range");
  }

  @Test
  void truncatesTimestampsTowardThePastOnRequest() {
    ReadOptions truncating = ReadOptions.EXACT.truncatingTimestamps();
    Type nanos = Types.TimestampNanoType.withZone();
    OffsetDateTime time = OffsetDateTime.parse("1969-12-31T23:59:59.998999999Z");
    assertEncodes(DataTypes.TIMESTAMP, nanos, truncating, time, "fffffffffffffffe");
    assertEncodes(DataTypes.TIMESTAMP, TIMESTAMPTZ, truncating, time, "fffffffffffffffe");
    assertEncodes(
        DataTypes.TIMESTAMP, TIMESTAMPTZ, truncating, time.plusSeconds(1), "00000000000003e6");
    assertEncodes(
        DataTypes.TIMESTAMP, STRING, truncating, "1969-12-31T23:59:59.9989Z", "fffffffffffffffe");
    assertRefuses(DataTypes.TIMESTAMP, TIMESTAMPTZ, time, "truncateTimestamps()");
    assertRefuses(DataTypes.TIMESTAMP, STRING, "1970-01-01T00:00:00.0001Z", "truncateTimestamps()");
  }

  @Test
  void readsLocalTimesInTheZoneThatIsSet() {
    Type micros = Types.TimestampType.withoutZone();
    Type nanos = Types.TimestampNanoType.withoutZone();
    ReadOptions berlin = ReadOptions.EXACT.inZone(ZoneId.of("Europe/Berlin"));
    ReadOptions utc = ReadOptions.EXACT.inZone(ZoneOffset.UTC);
    LocalDateTime time = LocalDateTime.parse("1970-01-01T01:00:01");
    assertEncodes(DataTypes.TIMESTAMP, micros, berlin, time, "00000000000003e8");
    assertEncodes(DataTypes.TIMESTAMP, nanos, berlin, time, "00000000000003e8");
    assertEncodes(DataTypes.TIMESTAMP, STRING, berlin, "1970-01-01 01:00:01", "00000000000003e8");
    assertEncodes(
        DataTypes.listOf(DataTypes.TIMESTAMP),
        Types.ListType.ofOptional(1, micros),
        utc,
        List.of(time.minusHours(1)),
        "00000001 00000008 00000000000003e8");
    for (Type type : List.of(micros, nanos)) {
      assertThat(
              IcebergCompatibility.importProblem(
                      new ColumnDescription("v", DataTypes.TIMESTAMP, Kind.REGULAR),
                      type,
                      ReadOptions.EXACT)
                  .map(problem -> new BulkOperationException(problem).getMessage()))
          .contains(
              String.format(
                  "Iceberg type %s is not compatible with CQL type timestamp: its timestamps have"
                      + " no time zone; set their zone with timeZone(...)",
                  type));
    }
    assertRefuses(DataTypes.TIMESTAMP, STRING, "1970-01-01", "set its zone with timeZone(...)");
  }

  @Test
  void parsesTextsOfDatesAndTimes() {
    assertEncodes(DataTypes.DATE, STRING, "1970-01-02", "80000001");
    assertEncodes(DataTypes.TIME, STRING, "00:00:00.000001", "00000000000003e8");
    assertEncodes(DataTypes.DURATION, STRING, "1mo2d3ns", "020406");
    assertEncodes(DataTypes.TIMESTAMP, STRING, "1970-01-01T01:00:01+01:00", "00000000000003e8");
    assertEncodes(
        DataTypes.mapOf(DataTypes.DATE, DataTypes.TIME),
        Types.MapType.ofOptional(1, 2, STRING, STRING),
        Map.of("1970-01-02", "00:00"),
        "00000001 00000004 80000001 00000008 0000000000000000");
    assertRefuses(
        DataTypes.TIME, STRING, "24:00", "which is not a valid time; use the form 10:00:00");
    assertRefuses(DataTypes.DATE, STRING, "1.1.1970", "use the form 2020-01-31");
    assertRefuses(DataTypes.DURATION, STRING, "1 hour", "v holds \"1 hour\", which is not a valid");
  }

  @Test
  void dropsNullElementsOnRequest() {
    ReadOptions dropping = ReadOptions.EXACT.droppingNullElements();
    assertEncodes(
        DataTypes.listOf(DataTypes.INT),
        Types.ListType.ofOptional(1, INT),
        dropping,
        Arrays.asList(null, 1, null),
        "00000001 00000004 00000001");
    assertEncodes(
        DataTypes.mapOf(DataTypes.TEXT, DataTypes.INT),
        Types.MapType.ofOptional(1, 2, STRING, INT),
        dropping,
        Collections.singletonMap("a", null),
        "00000000");
  }

  @Test
  void parsesUuidsAndChecksText() {
    String uuid = "D2177dd0-eaa2-11de-a572-001b779c76e3";
    String hex = "d2177dd0eaa211dea572001b779c76e3";
    assertEncodes(DataTypes.UUID, STRING, uuid, hex);
    assertEncodes(DataTypes.TIMEUUID, STRING, CharBuffer.wrap(uuid), hex);
    assertRefuses(DataTypes.TIMEUUID, STRING, uuid.replace("-11de", "-41de"), "version 4");
    assertRefuses(DataTypes.UUID, STRING, "1-1-1-1-1", "which is not a UUID");
    assertRefuses(DataTypes.UUID, STRING, "", "which is not a UUID");
    assertRefuses(DataTypes.TEXT, STRING, "a\uD83D", "an unpaired surrogate");
    assertRefuses(DataTypes.TEXT, STRING, "\uDE00\uD83D", "an unpaired surrogate");
    assertRefuses(DataTypes.ASCII, STRING, "é", "not ASCII");
    assertEncodes(DataTypes.BLOB, Types.FixedType.ofLength(2), new byte[] {1, 2}, "0102");
    assertEncodes(DataTypes.BLOB, Types.BinaryType.get(), CqlBytes.hex("00ff"), "00ff");
  }

  @Test
  void parsesAddressesWithoutNameService() {
    Map.of(
            "10.0.0.255", "0a0000ff",
            "::", "00".repeat(16),
            "::ffff:10.0.0.1", "00000000000000000000ffff0a000001",
            "::FFFF:a00:1", "00000000000000000000ffff0a000001",
            "2001:db8:0:0:1:0:0:1", "20010db8000000000001000000000001",
            "1::", "0001" + "0000".repeat(7),
            "1:2:3:4:5:6:1.2.3.4", "00010002000300040005000601020304",
            "1:2:3:4:5:6:7::", "00010002000300040005000600070000")
        .forEach((text, hex) -> assertEncodes(DataTypes.INET, STRING, text, hex));
    for (String text :
        List.of(
            "",
            "localhost",
            "example.com",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.01",
            "10.0.0.1.",
            "1",
            ":",
            ":::",
            "1::2::3",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::",
            "::10000",
            "::g",
            "fe80::1%eth0",
            "1.2.3.4::",
            "::1.2.3",
            "::-1",
            "+1::",
            "[::1]",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::٣",
            "1.2.3.4:1::")) {
      assertRefuses(DataTypes.INET, STRING, text, "which is not an IP address");
    }
  }

  @Test
  void collectionsAndVectors() {
    Type ints = Types.ListType.ofOptional(1, INT);
    assertEncodes(
        DataTypes.setOf(DataTypes.TINYINT), ints, List.of(2, 1), "00000002000000010200000001 01");
    assertRefuses(DataTypes.listOf(DataTypes.INT), ints, Arrays.asList(1, null), "contains a null");
    assertRefuses(DataTypes.listOf(DataTypes.TINYINT), ints, List.of(200), "v.element is 200");
    DataType vector = DataTypes.vectorOf(DataTypes.INT, 2);
    assertEncodes(vector, ints, List.of(1, 2), "0000000100000002");
    assertRefuses(vector, ints, List.of(1), "has 1 elements; the vector's dimension is 2");
    assertRefuses(vector, ints, Arrays.asList(1, null), "contains a null");
    Type map = Types.MapType.ofOptional(1, 2, STRING, INT);
    DataType cql = DataTypes.mapOf(DataTypes.TEXT, DataTypes.INT);
    assertEncodes(cql, map, Map.of("a", 1), "00000001 0000000161 0000000400000001");
    assertRefuses(cql, map, Collections.singletonMap("a", null), "contains a null");
  }

  @Test
  void matchesStructsByNameAndTuplesByPosition() {
    DataType udt = TestUserType.of("u", List.of("a", "b"), List.of(DataTypes.INT, DataTypes.TEXT));
    DataType tuple = DataTypes.tupleOf(DataTypes.INT, DataTypes.TEXT);
    Types.StructType swapped = struct("b", STRING, "a", INT);
    String hex = "000000040000000700000001 78";
    assertEncodes(udt, swapped, record(swapped, "x", 7), hex);
    assertEncodes(udt, swapped, record(swapped, null, null), "ffffffffffffffff");
    Types.StructType less = struct("b", STRING);
    assertEncodes(udt, less, record(less, "x"), "ffffffff00000001 78");
    Types.StructType ordered = struct("x", INT, "y", STRING);
    assertEncodes(tuple, ordered, record(ordered, 7, "x"), hex);
    Types.StructType own = struct("f1", STRING, "f0", INT);
    assertEncodes(tuple, own, record(own, "x", 7), hex);
    Types.StructType inOtherCase = struct("B", STRING, "A", INT);
    assertEncodes(udt, inOtherCase, record(inOtherCase, "x", 7), hex);
    Types.StructType first = struct("x", INT);
    assertEncodes(tuple, first, record(first, 7), "0000000400000007ffffffff");
  }

  @Test
  void durations() {
    Types.StructType type = struct("nanoseconds", LONG, "months", INT, "days", LONG);
    assertEncodes(DataTypes.DURATION, type, record(type, 3L, 1, 2L), "020406");
    assertEncodes(DataTypes.DURATION, type, record(type, 0L, -1, 0L), "010000");
    assertRefuses(DataTypes.DURATION, type, record(type, 1L, -1, 0L), "differ in sign");
    assertRefuses(DataTypes.DURATION, type, record(type, 1L, 1, 1L << 31), "beyond 32 bits");
    assertRefuses(DataTypes.DURATION, type, record(type, 1L, null, 1L), "without all of");
  }

  @Test
  void encodesNullAndNamesUnexpectedClasses() {
    assertThat(encoder(DataTypes.INT, INT).encode(null)).isNull();
    assertThatThrownBy(() -> encoder(DataTypes.INT, INT).encode("1"))
        .isInstanceOf(BulkOperationException.class)
        .hasMessage("Column v of Iceberg type int contains a value of java.lang.String");
  }

  private static Types.StructType struct(Object... namesAndTypes) {
    NestedField[] fields = new NestedField[namesAndTypes.length / 2];
    for (int i = 0; i < fields.length; i++) {
      fields[i] =
          NestedField.optional(
              i + 1, (String) namesAndTypes[2 * i], (Type) namesAndTypes[2 * i + 1]);
    }
    return Types.StructType.of(fields);
  }

  private static GenericRecord record(Types.StructType type, @Nullable Object... values) {
    GenericRecord record = GenericRecord.create(type);
    for (int i = 0; i < values.length; i++) {
      record.set(i, values[i]);
    }
    return record;
  }

  private static CqlValueEncoder encoder(DataType cql, Type iceberg, ReadOptions options) {
    ColumnDescription column = new ColumnDescription("v", cql, Kind.REGULAR);
    assertThat(IcebergCompatibility.importProblem(column, iceberg, options)).isEmpty();
    return CqlValueEncoder.of(column, iceberg, options);
  }

  private static CqlValueEncoder encoder(DataType cql, Type iceberg) {
    return encoder(cql, iceberg, ReadOptions.EXACT);
  }

  private static void assertEncodes(DataType cql, Type iceberg, Object value, String hex) {
    assertEncodes(cql, iceberg, ReadOptions.EXACT, value, hex);
  }

  private static void assertEncodes(
      DataType cql, Type iceberg, ReadOptions options, Object value, String hex) {
    ByteBuffer encoded = encoder(cql, iceberg, options).encode(value);
    assertThat(encoded).as("%s", value).isEqualTo(CqlBytes.hex(hex.replace(" ", "")));
  }

  private static void assertRefuses(DataType cql, Type iceberg, Object value, String message) {
    assertThatThrownBy(() -> encoder(cql, iceberg).encode(value))
        .as("%s", value)
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining(message);
  }
}
