package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.data.CqlDuration;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Generates types and serialized values from a seed, including the limits of each range. */
public final class CqlGenerator {

  /** All scalar types except counters. */
  public static final List<DataType> SCALARS =
      List.of(
          DataTypes.ASCII,
          DataTypes.TEXT,
          DataTypes.BLOB,
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
          DataTypes.TIMEUUID);

  private static final String[] WORDS = {
    "", "a", "zürich", "\u0000", "日本語", "👩‍🚀", "\uD83D\uDE00", "\"quoted\"\n", "\uFFFF"
  };

  /** The NaN values to generate. */
  public enum Nans {
    /** Any bit pattern of a NaN. */
    ANY,
    /** The NaN that text formats produce. */
    CANONICAL
  }

  private int userTypes;
  private final Random random;
  private final Nans nans;

  public CqlGenerator(Random random) {
    this(random, Nans.ANY);
  }

  public CqlGenerator(Random random, Nans nans) {
    this.random = random;
    this.nans = nans;
  }

  /** Returns a type nested to at most the given depth; 0 is a scalar. */
  public DataType type(int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return pick(SCALARS);
    }
    return switch (random.nextInt(6)) {
      case 0 -> DataTypes.listOf(type(depth - 1), random.nextBoolean());
      case 1 -> DataTypes.setOf(type(depth - 1), random.nextBoolean());
      case 2 -> DataTypes.mapOf(type(depth - 1), type(depth - 1), random.nextBoolean());
      case 3 -> DataTypes.tupleOf(types(depth - 1).toArray(new DataType[0]));
      case 4 -> {
        List<DataType> types = types(depth - 1);
        yield TestUserType.of(
            "udt" + ++userTypes,
            IntStream.range(0, types.size()).mapToObj(i -> "Field " + (char) ('z' - i)).toList(),
            types);
      }
      default -> DataTypes.vectorOf(type(depth - 1), 1 + random.nextInt(4));
    };
  }

  private List<DataType> types(int depth) {
    return IntStream.range(0, 1 + random.nextInt(4)).mapToObj(i -> type(depth)).toList();
  }

  /** Returns a value of the type, or sometimes null. */
  public @Nullable ByteBuffer nullable(DataType type) {
    return random.nextInt(5) == 0 ? null : value(type);
  }

  /** Returns a value of the type. */
  public ByteBuffer value(DataType type) {
    return value(type, true);
  }

  private ByteBuffer value(DataType type, boolean nanAllowed) {
    return switch (CqlKind.of(type)) {
      case ASCII -> CqlBytes.of(TypeCodecs.ASCII, "x".repeat(random.nextInt(40)));
      case TEXT -> CqlBytes.text(pick(List.of(WORDS)).repeat(random.nextInt(4)));
      case BLOB -> bytes(random.nextInt(40));
      case BOOLEAN -> CqlBytes.of(TypeCodecs.BOOLEAN, random.nextBoolean());
      case TINYINT -> bytes(1);
      case SMALLINT -> bytes(2);
      case INT, DATE -> CqlBytes.integer((int) number());
      case BIGINT, COUNTER -> CqlBytes.of(TypeCodecs.BIGINT, number());
      case FLOAT -> real(4, nanAllowed);
      case DOUBLE -> real(8, nanAllowed);
      case TIME -> CqlBytes.of(TypeCodecs.BIGINT, Math.floorMod(number(), 86_400_000_000_000L));
      case TIMESTAMP -> CqlBytes.of(TypeCodecs.BIGINT, number() / 1_000);
      case DECIMAL -> CqlBytes.of(TypeCodecs.DECIMAL, decimal());
      case VARINT -> CqlBytes.of(TypeCodecs.VARINT, integer());
      case DURATION -> duration();
      case INET -> inet();
      case UUID -> bytes(16);
      case TIMEUUID -> {
        ByteBuffer uuid = bytes(16);
        yield uuid.put(6, (byte) (0x10 | (uuid.get(6) & 0x0f)));
      }
      case LIST -> list(((ListType) type).getElementType(), nanAllowed);
      case SET -> list(((SetType) type).getElementType(), nanAllowed);
      case MAP -> map((MapType) type, nanAllowed);
      case TUPLE, UDT ->
          CqlBytes.tuple(
              CqlTypes.fieldTypes(type).stream()
                  .map(field -> random.nextInt(4) == 0 ? null : value(field, nanAllowed))
                  .toArray(ByteBuffer[]::new));
      case VECTOR -> vector((VectorType) type, nanAllowed);
      case CUSTOM -> throw new IllegalArgumentException(type.toString());
    };
  }

  private ByteBuffer list(DataType element, boolean nanAllowed) {
    int size = random.nextInt(4);
    return CqlBytes.collection(
        size,
        IntStream.range(0, size)
            .mapToObj(i -> value(element, nanAllowed))
            .toArray(ByteBuffer[]::new));
  }

  /**
   * Returns a map with distinct keys and without NaN keys, since the server and Java treat all NaNs
   * as equal.
   */
  private ByteBuffer map(MapType type, boolean nanAllowed) {
    Map<ByteBuffer, ByteBuffer> entries = new LinkedHashMap<>();
    // At most one entry inside a key: two orders of the entries are the same key, and the server
    // stores only one order.
    for (int i = random.nextInt(nanAllowed ? 4 : 2); i > 0; i--) {
      entries.putIfAbsent(value(type.getKeyType(), false), value(type.getValueType(), nanAllowed));
    }
    List<ByteBuffer> parts = new ArrayList<>();
    entries.forEach(
        (key, value) -> {
          parts.add(key);
          parts.add(value);
        });
    return CqlBytes.collection(entries.size(), parts.toArray(new ByteBuffer[0]));
  }

  private ByteBuffer vector(VectorType type, boolean nanAllowed) {
    List<ByteBuffer> parts = new ArrayList<>();
    for (int i = 0; i < type.getDimensions(); i++) {
      ByteBuffer element = value(type.getElementType(), nanAllowed);
      if (!isFixedInVector(type.getElementType())) {
        parts.add(CqlBytes.shortVint(element.remaining()));
      }
      parts.add(element);
    }
    return CqlBytes.concatenate(parts.toArray(new ByteBuffer[0]));
  }

  /** The server's fixed-length types, listed independently of the code under test. */
  private static boolean isFixedInVector(DataType type) {
    return type instanceof VectorType vector
        ? isFixedInVector(vector.getElementType())
        : List.of(
                DataTypes.BOOLEAN,
                DataTypes.INT,
                DataTypes.BIGINT,
                DataTypes.FLOAT,
                DataTypes.DOUBLE,
                DataTypes.TIMESTAMP,
                DataTypes.UUID,
                DataTypes.TIMEUUID)
            .contains(type);
  }

  private ByteBuffer real(int width, boolean nanAllowed) {
    if (nanAllowed && random.nextInt(4) == 0) {
      if (nans == Nans.CANONICAL) {
        return width == Float.BYTES
            ? CqlBytes.of(TypeCodecs.FLOAT, Float.NaN)
            : CqlBytes.of(TypeCodecs.DOUBLE, Double.NaN);
      }
      ByteBuffer nan = bytes(width);
      nan.put(0, (byte) (0x7f | nan.get(0)));
      return nan.put(1, (byte) (0xf0 | nan.get(1))).put(width - 1, (byte) (1 | nan.get(width - 1)));
    }
    return width == Float.BYTES
        ? CqlBytes.of(
            TypeCodecs.FLOAT,
            pick(List.of(0f, -0f, Float.MIN_VALUE, Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 0.1f)))
        : CqlBytes.of(
            TypeCodecs.DOUBLE,
            pick(List.of(0d, -0d, Double.MIN_VALUE, -Double.MAX_VALUE, random.nextGaussian())));
  }

  private BigDecimal decimal() {
    int scale =
        pick(List.of(0, 2, -3, 400, -400, Integer.MAX_VALUE, -1_999_999_999, random.nextInt(50)));
    return new BigDecimal(integer(), scale);
  }

  private BigInteger integer() {
    BigInteger value = new BigInteger(random.nextInt(200), random);
    return switch (random.nextInt(4)) {
      case 0 -> BigInteger.valueOf(number());
      case 1 -> value.negate();
      default -> value;
    };
  }

  private ByteBuffer duration() {
    int sign = random.nextBoolean() ? 1 : -1;
    return CqlBytes.of(
        TypeCodecs.DURATION,
        CqlDuration.newInstance(
            sign * random.nextInt(pick(List.of(1, 100, Integer.MAX_VALUE))),
            sign * random.nextInt(pick(List.of(1, 100, Integer.MAX_VALUE))),
            sign * (number() >>> 1)));
  }

  private ByteBuffer inet() {
    ByteBuffer address = bytes(random.nextBoolean() ? 4 : 16);
    for (int i = random.nextInt(4); i > 0; i--) {
      address.putShort(2 * random.nextInt(address.capacity() / 2), (short) 0);
    }
    if (address.capacity() == 16 && random.nextInt(3) == 0) {
      address.putLong(0, 0).putInt(8, 0xffff);
    }
    return address;
  }

  private long number() {
    return switch (random.nextInt(8)) {
      case 0 -> Long.MIN_VALUE;
      case 1 -> Long.MAX_VALUE;
      case 2 -> Integer.MIN_VALUE;
      case 3 -> Integer.MAX_VALUE;
      case 4 -> random.nextInt(3) - 1;
      default -> random.nextLong() >> random.nextInt(64);
    };
  }

  private ByteBuffer bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
