package io.ringhaul.internal.parquet;

import static com.datastax.oss.driver.api.core.type.DataTypes.ASCII;
import static com.datastax.oss.driver.api.core.type.DataTypes.BIGINT;
import static com.datastax.oss.driver.api.core.type.DataTypes.BLOB;
import static com.datastax.oss.driver.api.core.type.DataTypes.BOOLEAN;
import static com.datastax.oss.driver.api.core.type.DataTypes.COUNTER;
import static com.datastax.oss.driver.api.core.type.DataTypes.DATE;
import static com.datastax.oss.driver.api.core.type.DataTypes.DECIMAL;
import static com.datastax.oss.driver.api.core.type.DataTypes.DOUBLE;
import static com.datastax.oss.driver.api.core.type.DataTypes.DURATION;
import static com.datastax.oss.driver.api.core.type.DataTypes.FLOAT;
import static com.datastax.oss.driver.api.core.type.DataTypes.INET;
import static com.datastax.oss.driver.api.core.type.DataTypes.INT;
import static com.datastax.oss.driver.api.core.type.DataTypes.SMALLINT;
import static com.datastax.oss.driver.api.core.type.DataTypes.TEXT;
import static com.datastax.oss.driver.api.core.type.DataTypes.TIME;
import static com.datastax.oss.driver.api.core.type.DataTypes.TIMESTAMP;
import static com.datastax.oss.driver.api.core.type.DataTypes.TIMEUUID;
import static com.datastax.oss.driver.api.core.type.DataTypes.TINYINT;
import static com.datastax.oss.driver.api.core.type.DataTypes.UUID;
import static com.datastax.oss.driver.api.core.type.DataTypes.VARINT;
import static com.datastax.oss.driver.api.core.type.DataTypes.listOf;
import static com.datastax.oss.driver.api.core.type.DataTypes.mapOf;
import static com.datastax.oss.driver.api.core.type.DataTypes.setOf;
import static com.datastax.oss.driver.api.core.type.DataTypes.tupleOf;
import static com.datastax.oss.driver.api.core.type.DataTypes.vectorOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Boundary values of each type. */
class EdgeValueTest {

  @Test
  void integers() {
    assertComesBack(TINYINT, "80", "ff", "00", "7f");
    assertComesBack(SMALLINT, "8000", "ffff", "0000", "7fff");
    assertComesBack(INT, "80000000", "ffffffff", "00000000", "7fffffff");
    assertComesBack(BIGINT, "8000000000000000", "ffffffffffffffff", "7fffffffffffffff");
    assertComesBack(COUNTER, "8000000000000000", "0000000000000000", "7fffffffffffffff");
    assertComesBack(BOOLEAN, "00", "01");
  }

  @Test
  void floatsAndDoublesKeepEveryBit() {
    assertComesBack(
        FLOAT,
        "7fc00000 ffc00000 7fc00001 7f800001 ffffffff 7fa00000", // quiet and signaling NaN
        "7f800000 ff800000 80000000 00000000 00000001 7f7fffff ff7fffff");
    assertComesBack(
        DOUBLE,
        "7ff8000000000000 fff8000000000000 7ff80000000007a2 7ff0000000000001 ffffffffffffffff",
        "8000000000000000 0000000000000000 0000000000000001 7fefffffffffffff fff0000000000000");
  }

  @Test
  void days() {
    assertComesBack(DATE, "00000000", "80000000", "7fffffff", "ffffffff");
    assertComesBack(TIME, "0000000000000000", "00004e94914effff"); // 23:59:59.999999999
  }

  @Test
  void timestampsAtLimitsOfMicroseconds() {
    long greatest = Long.MAX_VALUE / 1_000;
    assertComesBack(
        TIMESTAMP,
        List.of(
            CqlBytes.of(TypeCodecs.BIGINT, greatest),
            CqlBytes.of(TypeCodecs.BIGINT, -greatest),
            CqlBytes.of(TypeCodecs.BIGINT, -1L)));
  }

  @Test
  void texts() {
    assertComesBack(ASCII, "", "00", "7f");
    assertComesBack(
        TEXT,
        List.of(
            CqlBytes.text(""),
            CqlBytes.text("\u0000"),
            CqlBytes.text("👩‍👩‍👧‍👦 \uD83D\uDE00 \uDBFF\uDFFF \uFFFD e\u0301"),
            CqlBytes.text("ß".repeat(500_000)), // a megabyte
            CqlBytes.text("NULL")));
    assertComesBack(BLOB, "", "00", "ff00ff", "efbbbf");
  }

  @Test
  void decimalsKeepTheirScale() {
    assertComesBack(
        DECIMAL,
        List.of(
            decimal("0"),
            decimal("0.00"),
            decimal("0E+5"),
            decimal("1.10"),
            decimal("1.1"),
            decimal("-1E+10"),
            decimal("1E-2147483647"),
            decimal("1E+2147483647"),
            decimal("-" + "9".repeat(400) + "E-200"),
            CqlBytes.hex("0000000a8000000000000000"),
            CqlBytes.hex("0000000a008000000000000000")));
  }

  @Test
  void varintsOfAnyLength() {
    assertComesBack(
        VARINT,
        List.of(
            varint(BigInteger.ZERO),
            varint(BigInteger.valueOf(-128)),
            varint(BigInteger.valueOf(128)),
            varint(BigInteger.valueOf(Long.MIN_VALUE)),
            varint(BigInteger.valueOf(Long.MIN_VALUE).subtract(BigInteger.ONE)),
            varint(BigInteger.TEN.pow(999).multiply(BigInteger.valueOf(7))),
            varint(BigInteger.TEN.pow(999).negate())));
  }

  @Test
  void addressesKeepTheirLength() {
    assertComesBack(
        INET,
        "00000000 ffffffff",
        "00000000000000000000ffff0a000001", // IPv4 in IPv6
        "00000000000000000000000000000000",
        "00000000000000000000000000000001",
        "0000000000000000000000000a000001",
        "20010db8000000000001000000000001",
        "ffffffffffffffffffffffffffffffff");
  }

  @Test
  void uuids() {
    assertComesBack(UUID, "00".repeat(16), "ff".repeat(16));
    assertComesBack(TIMEUUID, "d2177dd0eaa211dea572001b779c76e3");
  }

  @Test
  void durations() {
    int most = Integer.MAX_VALUE;
    assertComesBack(
        DURATION,
        List.of(
            CqlBytes.duration(0, 0, 0),
            CqlBytes.duration(most, most, Long.MAX_VALUE),
            CqlBytes.duration(-most - 1, -most - 1, Long.MIN_VALUE),
            CqlBytes.duration(0, -1, 0),
            CqlBytes.duration(63, 64, 8191)));
  }

  @Test
  void collections() {
    ByteBuffer none = CqlBytes.collection(0);
    ByteBuffer empty = CqlBytes.text("");
    assertComesBack(listOf(TEXT), List.of(none, CqlBytes.collection(2, empty, empty)));
    assertComesBack(setOf(BLOB), List.of(none, CqlBytes.collection(1, empty)));
    assertComesBack(
        mapOf(TEXT, listOf(INT)),
        List.of(
            none,
            CqlBytes.collection(2, empty, none, CqlBytes.text("b"), none),
            CqlBytes.collection(
                1, empty, CqlBytes.collection(2, CqlBytes.integer(1), CqlBytes.integer(2)))));
    assertComesBack(listOf(listOf(INT)), List.of(none, CqlBytes.collection(2, none, none)));
  }

  @Test
  void structs() {
    UserDefinedType udt = TestUserType.of("u", List.of("B", "a", "f 0"), List.of(TEXT, INT, BLOB));
    ByteBuffer empty = CqlBytes.text("");
    List<ByteBuffer> values =
        List.of(
            CqlBytes.tuple(null, null, null),
            CqlBytes.tuple(empty, null, empty),
            CqlBytes.tuple(null, CqlBytes.integer(0), null));
    assertComesBack(udt, values);
    assertComesBack(tupleOf(TEXT, INT, BLOB), values);
    assertComesBack(
        tupleOf(udt, listOf(tupleOf(FLOAT))),
        List.of(
            CqlBytes.tuple(null, null),
            CqlBytes.tuple(
                values.get(1), CqlBytes.collection(1, CqlBytes.tuple((ByteBuffer) null))),
            CqlBytes.tuple(
                null, CqlBytes.collection(1, CqlBytes.tuple(CqlBytes.hex("ffc00001"))))));
  }

  @Test
  void vectors() {
    assertComesBack(vectorOf(FLOAT, 3), "800000007fc000017f800001");
    assertComesBack(vectorOf(vectorOf(BIGINT, 1), 2), "0000000000000001ffffffffffffffff");
    assertComesBack(vectorOf(UUID, 1), "0f".repeat(16));
    // The server treats these types as variable-length.
    assertComesBack(vectorOf(TINYINT, 2), "01800101");
    assertComesBack(vectorOf(SMALLINT, 1), "027fff");
    assertComesBack(vectorOf(DATE, 1), "0480000000");
    assertComesBack(vectorOf(TIME, 1), "080000000000000001");
    assertComesBack(vectorOf(TEXT, 2), "0000", "01610162", "80fe" + "61".repeat(254) + "00");
    assertComesBack(vectorOf(vectorOf(TEXT, 1), 1), "03026162");
    assertComesBack(vectorOf(listOf(INT), 1), "0400000000");
  }

  private static ByteBuffer decimal(String value) {
    return CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(value));
  }

  private static ByteBuffer varint(BigInteger value) {
    return CqlBytes.of(TypeCodecs.VARINT, value);
  }

  /** Each argument has one or more values in hexadecimal digits, separated by spaces. */
  private static void assertComesBack(DataType type, String... values) {
    assertComesBack(
        type,
        Arrays.stream(values)
            .flatMap(line -> Arrays.stream(line.split(" ", -1)))
            .map(CqlBytes::hex)
            .toList());
  }

  private static void assertComesBack(DataType type, List<ByteBuffer> values) {
    ColumnDescription column = new ColumnDescription("value", type, Kind.REGULAR);
    List<RawRow> rows = values.stream().<RawRow>map(value -> index -> value).toList();
    List<List<@Nullable String>> expected =
        rows.stream().map(row -> ParquetFiles.hex(1, row)).toList();
    assertThat(ParquetFiles.roundTrip(List.of(column), rows)).isEqualTo(expected);
  }
}
