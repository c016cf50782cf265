package io.ringhaul.internal.parquet;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.schema.ColumnDescription;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;

/**
 * Columns of Parquet files as other tools write them, with values at and beyond the range limits.
 */
final class ForeignColumns {

  /**
   * A column.
   *
   * @param parquet the Parquet type without the repetition, with %s for the name
   * @param iceberg the Iceberg type that the column is read as
   * @param cql a CQL type that the column can be imported to
   * @param values adds a value to a row's field of the column's name
   */
  record Shape(String parquet, Type iceberg, DataType cql, Values values) {

    boolean fits() {
      return IcebergCompatibility.importProblem(
              new ColumnDescription("v", cql, ColumnDescription.Kind.REGULAR),
              iceberg,
              ReadOptions.EXACT)
          .isEmpty();
    }
  }

  @FunctionalInterface
  interface Values {
    void add(Random random, Group row, String name);
  }

  private static final List<DataType> TYPES =
      CqlGenerator.SCALARS.stream().filter(type -> !type.equals(DataTypes.DURATION)).toList();

  private static final List<String> TEXTS =
      List.of(
          "",
          "-",
          ".",
          "-.",
          "0",
          "-0",
          "00",
          "0.00",
          "-0.00",
          "7",
          "-12.50",
          "007.50",
          ".5",
          "5.",
          "-.5",
          "1.2.3",
          "+1",
          "--1",
          "1e5",
          "1E-5",
          "12a",
          " 1",
          "٣",
          "127",
          "128",
          "-128",
          "-129",
          "255.9",
          "999999999999999999",
          "-999999999999999999",
          "9999999999999999999",
          "0.999999999999999999",
          "0.99999999999999999",
          "-9223372036854775808",
          "1E+2147483648",
          "10.0.0.255",
          "01.2.3.4",
          "::1",
          "::ffff:10.0.0.1",
          "2001:DB8::1",
          "zürich",
          "日本語",
          "a\u0000b",
          "\uD83D\uDE00",
          "plain text of more than eight letters",
          "plain text with an é far behind",
          "d2177dd0-eaa2-11de-a572-001b779c76e3",
          "D2177DD0-EAA2-41DE-A572-001B779C76E3",
          "1-1-1-1-1");

  private static final List<Shape> SHAPES = shapes();

  private ForeignColumns() {}

  static Shape any(Random random) {
    return SHAPES.get(random.nextInt(SHAPES.size()));
  }

  private static List<Shape> shapes() {
    Type integer = Types.IntegerType.get();
    Type bigint = Types.LongType.get();
    Type instant = Types.TimestampType.withZone();
    Type string = Types.StringType.get();
    List<Shape> all = new ArrayList<>();
    for (String type : List.of("", " (INTEGER(8,true))", " (INTEGER(16,false))")) {
      add(all, "int32 %s" + type, integer, ForeignColumns::addInt);
      add(all, "int32 %s" + type, bigint, ForeignColumns::addInt);
    }
    add(all, "int64 %s", bigint, ForeignColumns::addLong);
    add(all, "int64 %s (INTEGER(64,true))", bigint, ForeignColumns::addLong);
    add(all, "int32 %s (DATE)", Types.DateType.get(), ForeignColumns::addInt);
    add(all, "int64 %s (TIMESTAMP(MICROS,true))", instant, ForeignColumns::addLong);
    add(all, "int64 %s (TIMESTAMP(MICROS,false))", instant, ForeignColumns::addLong);
    add(
        all,
        "int64 %s (TIMESTAMP(NANOS,true))",
        Types.TimestampNanoType.withZone(),
        ForeignColumns::addLong);
    add(
        all,
        "int64 %s (TIMESTAMP(MILLIS,true))",
        instant,
        // Beyond this range, Iceberg's reader silently returns wrong values.
        (random, row, name) -> row.add(name, number(random) / 1_000));
    add(
        all,
        "int64 %s (TIME(MICROS,true))",
        Types.TimeType.get(),
        (random, row, name) -> row.add(name, Math.floorMod(number(random), 86_400_000_000L)));
    add(
        all,
        "boolean %s",
        Types.BooleanType.get(),
        (random, row, name) -> row.add(name, random.nextBoolean()));
    for (Type type : List.of(Types.FloatType.get(), Types.DoubleType.get())) {
      add(
          all,
          "float %s",
          type,
          (random, row, name) -> row.add(name, Float.intBitsToFloat((int) number(random))));
    }
    add(
        all,
        "double %s",
        Types.DoubleType.get(),
        (random, row, name) -> row.add(name, Double.longBitsToDouble(number(random))));
    for (String type : List.of("", " (STRING)", " (ENUM)", " (JSON)")) {
      add(all, "binary %s" + type, string, binary(ForeignColumns::text));
    }
    add(all, "binary %s", Types.BinaryType.get(), binary(random -> bytes(random, 0, 40)));
    add(
        all,
        "fixed_len_byte_array(5) %s",
        Types.FixedType.ofLength(5),
        binary(random -> bytes(random, 5, 0)));
    add(
        all,
        "fixed_len_byte_array(16) %s (UUID)",
        Types.UUIDType.get(),
        binary(ForeignColumns::uuid));
    add(all, "fixed_len_byte_array(16) %s", Types.UUIDType.get(), binary(ForeignColumns::uuid));
    addDecimals(all);
    return all;
  }

  private static void addDecimals(List<Shape> all) {
    for (int scale : List.of(0, 3)) {
      add(
          all,
          "int32 %s (DECIMAL(9," + scale + "))",
          Types.DecimalType.of(9, scale),
          (random, row, name) -> row.add(name, (int) number(random) % 1_000_000_000));
      add(
          all,
          "int64 %s (DECIMAL(18," + scale + "))",
          Types.DecimalType.of(18, scale),
          (random, row, name) -> row.add(name, number(random) % 1_000_000_000_000_000_000L));
      add(
          all,
          "fixed_len_byte_array(16) %s (DECIMAL(38," + scale + "))",
          Types.DecimalType.of(38, scale),
          binary(random -> padded(unscaled(random), 16)));
      add(
          all,
          "binary %s (DECIMAL(38," + scale + "))",
          Types.DecimalType.of(38, scale),
          binary(random -> padded(unscaled(random), 1 + random.nextInt(16))));
    }
  }

  private static void add(List<Shape> all, String parquet, Type iceberg, Values values) {
    for (DataType cql : TYPES) {
      Shape shape = new Shape(parquet, iceberg, cql, values);
      if (shape.fits()) {
        all.add(shape);
      }
    }
  }

  private static Values binary(Function<Random, byte[]> bytes) {
    return (random, row, name) -> row.add(name, Binary.fromConstantByteArray(bytes.apply(random)));
  }

  private static void addInt(Random random, Group row, String name) {
    row.add(name, (int) number(random));
  }

  private static void addLong(Random random, Group row, String name) {
    row.add(name, number(random));
  }

  /** Returns a number of any bit length, including numbers near the limits of the types. */
  private static long number(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(5) - 2;
      case 1 -> (1L << random.nextInt(64)) + random.nextInt(3) - 1;
      case 2 -> -(1L << random.nextInt(64)) + random.nextInt(3) - 1;
      case 3 -> random.nextLong() >> random.nextInt(64);
      default -> (random.nextLong() >> random.nextInt(64)) / 1_000 * 1_000;
    };
  }

  private static byte[] text(Random random) {
    return switch (random.nextInt(8)) {
      // Well-formed only: readers of records replace malformed text, see MalformedTextTest.
      case 0 -> new String(bytes(random, 0, 12), UTF_8).getBytes(UTF_8);
      case 1 -> Long.toString(number(random)).getBytes(UTF_8);
      case 2 ->
          BigDecimal.valueOf(number(random), random.nextInt(20)).toPlainString().getBytes(UTF_8);
      default -> TEXTS.get(random.nextInt(TEXTS.size())).getBytes(UTF_8);
    };
  }

  private static byte[] uuid(Random random) {
    byte[] bytes = bytes(random, 16, 0);
    bytes[6] = (byte) ((random.nextBoolean() ? 0x10 : 0x40) | (bytes[6] & 0x0f));
    return bytes;
  }

  private static BigInteger unscaled(Random random) {
    return random.nextBoolean()
        ? BigInteger.valueOf(number(random))
        : new BigInteger(120, random).subtract(BigInteger.ONE.shiftLeft(119));
  }

  /** Returns the number in two's complement, sign-extended to the length. */
  private static byte[] padded(BigInteger number, int length) {
    byte[] shortest = number.toByteArray();
    if (shortest.length >= length) {
      return shortest;
    }
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, number.signum() < 0 ? (byte) -1 : 0);
    System.arraycopy(shortest, 0, bytes, length - shortest.length, shortest.length);
    return bytes;
  }

  private static byte[] bytes(Random random, int least, int more) {
    byte[] bytes = new byte[least + random.nextInt(more + 1)];
    random.nextBytes(bytes);
    return bytes;
  }
}
