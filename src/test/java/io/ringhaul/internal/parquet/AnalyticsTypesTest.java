package io.ringhaul.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.UuidForm;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalTime;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.Schema;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The types of {@link TypeMapping#ANALYTICS}, and decimals whose values are padded. */
class AnalyticsTypesTest {

  private static final TypeChoices ANALYTICS = TypeChoices.NONE.mapping(TypeMapping.ANALYTICS);

  @Test
  void choosesTypesAtAnyDepth() {
    DataType udt =
        TestUserType.of(
            "u",
            List.of("amount", "at", "id"),
            List.of(DataTypes.DECIMAL, DataTypes.TIME, DataTypes.TIMEUUID));
    assertThat(type(DataTypes.DECIMAL, ANALYTICS)).isEqualTo("decimal(38, 18)");
    assertThat(type(DataTypes.VARINT, ANALYTICS)).isEqualTo("decimal(38, 0)");
    assertThat(type(DataTypes.TIME, ANALYTICS)).isEqualTo("time");
    assertThat(type(DataTypes.UUID, ANALYTICS)).isEqualTo("string");
    assertThat(type(DataTypes.TIMEUUID, ANALYTICS)).isEqualTo("string");
    assertThat(type(DataTypes.BIGINT, ANALYTICS)).isEqualTo("long");
    assertThat(type(DataTypes.mapOf(DataTypes.UUID, DataTypes.listOf(udt)), ANALYTICS))
        .matches(
            "map<string, list<struct<\\d+: amount: optional decimal\\(38, 18\\), \\d+: at: optional"
                + " time, \\d+: id: optional string>>>");
    assertThat(type(DataTypes.tupleOf(DataTypes.VARINT), ANALYTICS.decimals(20, 4)))
        .matches("struct<\\d+: f0: optional decimal\\(20, 0\\)>");
  }

  @Test
  void choiceByColumnTakesPrecedence() {
    TypeChoices choices = ANALYTICS.decimals(20, 4);
    assertThat(type(DataTypes.DECIMAL, choices)).isEqualTo("decimal(20, 4)");
    assertThat(type(DataTypes.DECIMAL, choices.decimal("v", 9, 2, false)))
        .isEqualTo("decimal(9, 2)");
    assertThat(type(DataTypes.DECIMAL, choices.asText(List.of("v")))).isEqualTo("string");
    assertThat(type(DataTypes.VARINT, choices.asText(List.of("v")))).isEqualTo("string");
    assertThat(type(DataTypes.UUID, ANALYTICS.uuids(UuidForm.UUID))).isEqualTo("uuid");
    assertThat(type(DataTypes.UUID, ANALYTICS.uuids(UuidForm.UUID).asText(List.of("V"))))
        .isEqualTo("string");
    assertThat(type(DataTypes.UUID, TypeChoices.NONE.asText(List.of("v")))).isEqualTo("string");
    assertThat(type(DataTypes.DECIMAL, TypeChoices.NONE.decimals(9, 2))).isEqualTo("decimal(9, 2)");
  }

  @Test
  void writeTimesAreTimestamps() {
    ColumnDescription column =
        new ColumnDescription("v", DataTypes.listOf(DataTypes.BIGINT), Kind.METADATA);
    assertThat(type(column, ANALYTICS)).isEqualTo("list<timestamptz>");
    assertThat(type(column, TypeChoices.NONE)).isEqualTo("list<long>");
    ByteBuffer time = CqlBytes.of(TypeCodecs.BIGINT, 1_700_000_000_123_456L);
    ByteBuffer times = CqlBytes.collection(1, time);
    assertThat(back(column, times, ANALYTICS)).isEqualTo(times);
    assertThat(
            IcebergCompatibility.importProblem(
                new ColumnDescription("v", DataTypes.BIGINT, Kind.REGULAR),
                Types.TimestampType.withZone(),
                ReadOptions.EXACT))
        .isPresent();
  }

  @Test
  void padsOrTrimsZerosExactly() {
    Seeds.each(
        300,
        random -> {
          int precision = 1 + random.nextInt(38);
          int scale = random.nextInt(precision + 1);
          BigDecimal value = value(random);
          TypeChoices choices = TypeChoices.NONE.decimals(precision, scale);
          BigDecimal fixed = fixed(value, precision, scale);
          if (fixed == null) {
            assertThatThrownBy(() -> back(DataTypes.DECIMAL, decimal(value), choices))
                .as("%s in decimal(%d, %d)", value, precision, scale)
                .isInstanceOf(UnrepresentableValueException.class);
          } else {
            assertThat(back(DataTypes.DECIMAL, decimal(value), choices))
                .as("%s in decimal(%d, %d)", value, precision, scale)
                .isEqualTo(decimal(fixed));
          }
        });
  }

  private static BigDecimal value(Random random) {
    BigInteger unscaled = new BigInteger(random.nextInt(130), random);
    BigInteger signed = random.nextBoolean() ? unscaled : unscaled.negate();
    BigInteger zeros = BigInteger.TEN.pow(random.nextInt(3) * random.nextInt(20));
    return new BigDecimal(signed.multiply(zeros), random.nextInt(60) - 20);
  }

  /** Returns the value with the scale; null if it would lose a digit or has too many. */
  private static @Nullable BigDecimal fixed(BigDecimal value, int precision, int scale) {
    try {
      BigDecimal fixed = value.setScale(scale);
      return fixed.unscaledValue().abs().compareTo(BigInteger.TEN.pow(precision)) < 0
          ? fixed
          : null;
    } catch (ArithmeticException e) {
      return null;
    }
  }

  @Test
  void zeroFitsWhateverItsScale() {
    for (int scale : List.of(Integer.MIN_VALUE, -2_000_000_000, 0, 50, Integer.MAX_VALUE)) {
      BigDecimal zero = new BigDecimal(BigInteger.ZERO, scale);
      assertThat(back(DataTypes.DECIMAL, decimal(zero), ANALYTICS))
          .isEqualTo(decimal(new BigDecimal(BigInteger.ZERO, 18)));
    }
  }

  @Test
  void refusesToLoseDigits() {
    assertRefused(
        DataTypes.DECIMAL,
        decimal(new BigDecimal("1.0000000000000000001")),
        ANALYTICS,
        "v is 1.0000000000000000001, and a column of decimal(38, 18) holds 18 digits after the"
            + " decimal point; write the column as text, or choose a larger scale");
    assertRefused(
        DataTypes.DECIMAL,
        decimal(new BigDecimal("1.005")),
        TypeChoices.NONE.decimal("v", 10, 2, true),
        "v is 1.005, and a column of decimal(10, 2) holds 2 digits after the decimal point; write"
            + " the column as text, or choose a larger scale");
    assertRefused(
        DataTypes.DECIMAL,
        decimal(new BigDecimal("1E+20")),
        ANALYTICS,
        "v is a decimal with more digits than decimal(38, 18) allows; write the column as text, or"
            + " choose a larger precision");
    assertRefused(
        DataTypes.DECIMAL,
        decimal(new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE)),
        ANALYTICS,
        "v is a decimal with more digits than decimal(38, 18) allows");
    assertRefused(
        DataTypes.DECIMAL,
        decimal(new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE)),
        ANALYTICS,
        "v is 1E-2147483647, and a column of decimal(38, 18) holds 18 digits");
    assertRefused(
        DataTypes.VARINT,
        CqlBytes.of(TypeCodecs.VARINT, BigInteger.TEN.pow(38)),
        ANALYTICS,
        "v is a varint with more digits than decimal(38, 0) allows");
    assertRefused(
        DataTypes.listOf(DataTypes.DECIMAL),
        CqlBytes.collection(1, decimal(new BigDecimal("0.5"))),
        TypeChoices.NONE.decimals(9, 0),
        "v.element is 0.5, and a column of decimal(9, 0) holds 0 digits after the decimal point");
  }

  @Test
  void refusesToLoseNanoseconds() {
    LocalTime micros = LocalTime.of(23, 59, 59, 123_456_000);
    for (LocalTime time : List.of(LocalTime.MIDNIGHT, micros)) {
      ByteBuffer bytes = CqlBytes.of(TypeCodecs.TIME, time);
      assertThat(back(DataTypes.TIME, bytes, ANALYTICS)).isEqualTo(bytes);
    }
    assertRefused(
        DataTypes.TIME,
        CqlBytes.of(TypeCodecs.TIME, LocalTime.of(10, 0, 0, 123_456_789)),
        ANALYTICS,
        "v is the time 10:00:00.123456789; a column of the type time holds whole microseconds only,"
            + " and types(EXACT) preserves nanoseconds");
    assertRefused(
        DataTypes.TIME,
        CqlBytes.of(TypeCodecs.BIGINT, -1L),
        ANALYTICS,
        "v is a time of -1 ns since midnight, out of the range 0 to 86399999999999");
  }

  @Test
  void writesTimesAsText() {
    TypeChoices choices = ANALYTICS.asText(List.of("v"));
    for (String time : List.of("00:00:00.000000000", "10:00:00.123456789", "23:59:59.999999999")) {
      ByteBuffer bytes = CqlBytes.of(TypeCodecs.TIME, LocalTime.parse(time));
      assertThat(read(column(DataTypes.TIME), bytes, choices)).hasToString(time);
      assertThat(back(DataTypes.TIME, bytes, choices)).isEqualTo(bytes);
    }
    assertThatThrownBy(
            () ->
                CqlValueEncoder.of(
                        column(DataTypes.TIME), Types.StringType.get(), ReadOptions.EXACT)
                    .encode("25:00"))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessage(
            "v holds \"25:00\", which is not a valid time; use the form 10:00:00.123456789");
  }

  @Test
  void writesUuidsAsText() {
    for (UUID uuid :
        List.of(
            new UUID(0, 0), new UUID(-1, -1), new UUID(0x0123456789abcdefL, 0x008edcba98765432L))) {
      ByteBuffer bytes = CqlBytes.of(TypeCodecs.UUID, uuid);
      assertThat(read(column(DataTypes.UUID), bytes, ANALYTICS)).hasToString(uuid.toString());
      assertThat(back(DataTypes.UUID, bytes, ANALYTICS)).isEqualTo(bytes);
    }
  }

  @Test
  void partitionKeyKeepsScaleOfDecimals() {
    ColumnDescription key = new ColumnDescription("v", DataTypes.DECIMAL, Kind.PARTITION_KEY);
    assertThat(type(key, ANALYTICS)).isEqualTo("string");
    assertThat(type(key, ANALYTICS.decimals(9, 2))).isEqualTo("string");
    assertThat(type(key, ANALYTICS.decimal("v", 9, 2, false))).isEqualTo("decimal(9, 2)");
    assertThatThrownBy(
            () -> back(key, decimal(new BigDecimal("1.5")), ANALYTICS.decimal("v", 9, 2, false)))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageStartingWith("v is a decimal of scale 1, which a column of decimal(9, 2)");
    assertThatThrownBy(() -> type(key, ANALYTICS.decimal("v", 9, 2, true)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Column v is in the partition key, where 1.5 and 1.50 are different keys, so its values"
                + " cannot be padded");
  }

  @Test
  void refusesContradictoryChoices() {
    assertThatThrownBy(() -> ANALYTICS.decimal("v", 9, 2, true).asText(List.of("v")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("asText and decimal both set the type of column v: set only one");
    assertThatThrownBy(() -> ANALYTICS.decimals(39, 2))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "decimals(39, 2) is out of bounds: the precision must be 1 to 38, the scale 0 to the"
                + " precision");
    assertThatThrownBy(() -> type(DataTypes.INT, ANALYTICS.asText(List.of("v"))))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Column v has the type int; only decimals, varints, times and UUIDs can be written as"
                + " text");
    assertThatThrownBy(() -> type(DataTypes.INT, ANALYTICS.asText(List.of("w"))))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("The export has no column w");
  }

  /** Choices for new columns do not change existing ones. */
  @Test
  void existingColumnsKeepTheirTypes() {
    for (TypeChoices choices : List.of(TypeChoices.NONE, ANALYTICS)) {
      for (var each :
          List.of(
              new Existing(DataTypes.DECIMAL, Types.StringType.get()),
              new Existing(DataTypes.DECIMAL, Types.DecimalType.of(10, 2)),
              new Existing(DataTypes.VARINT, Types.StringType.get()),
              new Existing(DataTypes.VARINT, Types.DecimalType.of(10, 0)),
              new Existing(DataTypes.TIME, Types.LongType.get()),
              new Existing(DataTypes.TIME, Types.TimeType.get()),
              new Existing(DataTypes.TIME, Types.StringType.get()),
              new Existing(DataTypes.UUID, Types.UUIDType.get()),
              new Existing(DataTypes.TIMEUUID, Types.StringType.get()))) {
        assertThat(IcebergTypes.typeLike(column(each.cql), each.type, choices))
            .isEqualTo(each.type);
        assertThat(IcebergCompatibility.exportProblem(column(each.cql), each.type)).isEmpty();
      }
    }
    assertThat(
            IcebergCompatibility.exportProblem(
                column(DataTypes.UUID), Types.FixedType.ofLength(16)))
        .contains(
            "CQL type uuid is not compatible with Iceberg type fixed[16]: it must be uuid, not"
                + " fixed[16]");
  }

  private record Existing(DataType cql, org.apache.iceberg.types.Type type) {}

  private static void assertRefused(
      DataType type, ByteBuffer value, TypeChoices choices, String message) {
    assertThatThrownBy(() -> back(type, value, choices))
        .isInstanceOfSatisfying(
            UnrepresentableValueException.class, e -> assertThat(e.column()).isEqualTo("v"))
        .hasMessageStartingWith(message);
  }

  private static String type(DataType type, TypeChoices choices) {
    return type(column(type), choices);
  }

  private static String type(ColumnDescription column, TypeChoices choices) {
    return schema(column, choices).findType("v").toString();
  }

  private static ByteBuffer back(DataType type, ByteBuffer value, TypeChoices choices) {
    return back(column(type), value, choices);
  }

  /** Writes the value to a file and returns it as an import restores it. */
  private static ByteBuffer back(ColumnDescription column, ByteBuffer value, TypeChoices choices) {
    return Objects.requireNonNull(
        CqlValueEncoder.of(column, schema(column, choices).findType("v"), ReadOptions.EXACT)
            .encode(read(column, value, choices)));
  }

  private static Object read(ColumnDescription column, ByteBuffer value, TypeChoices choices) {
    Schema schema = schema(column, choices);
    InMemoryOutputFile file = new InMemoryOutputFile();
    RawRow row = index -> value;
    ParquetFiles.write(file, schema, List.of(column), List.of(row), choices);
    return ParquetFiles.read(file, schema).get(0).get(0);
  }

  private static Schema schema(ColumnDescription column, TypeChoices choices) {
    Schema schema =
        IcebergTypes.schema(ParquetFiles.table(List.of(column)), List.of(column), choices);
    NestedField field = schema.findField("v");
    assertThat(IcebergCompatibility.exportProblem(column, field.type())).isEmpty();
    assertThat(IcebergCompatibility.importProblem(column, field.type(), ReadOptions.EXACT))
        .isEmpty();
    return schema;
  }

  private static ColumnDescription column(DataType type) {
    return new ColumnDescription("v", type, Kind.REGULAR);
  }

  private static ByteBuffer decimal(BigDecimal value) {
    return CqlBytes.of(TypeCodecs.DECIMAL, value);
  }
}
