package io.ringhaul.interop;

import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.internal.cql.CqlBytes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Scalar values that programs often handle incorrectly, by the CQL name of their type. */
final class EdgeValues {

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          " lead",
          "trail ",
          "\t",
          "NULL",
          "null",
          "a,b",
          "\"",
          "\"\"",
          "say \"hi\"",
          "it's",
          "back\\slash",
          "\\",
          "\\\\",
          "end\\",
          "\\\"",
          "\\,",
          "\\\\,",
          "\\n,",
          "\\\",x",
          "a\"b,c\nd\\e",
          "\n",
          "a\nb",
          "a|b;c\td",
          "#comment",
          "{\"a\":1}",
          "[]",
          "\u0000",
          "\u0000lead",
          "x\u0000y",
          "\u0001\u001f\u007f\u0085\u2028\uffff",
          "\ufeffmark",
          "\u00e9\u65e5\u672c",
          "\uD83D\uDE00 \uD83D\uDC69\u200D\uD83D\uDE80",
          "a\rb",
          "a\r\nb",
          "\r",
          "\n\r",
          "\r\n",
          "\\\r",
          "x".repeat(4_000));

  private EdgeValues() {}

  /** Returns the values by type name. */
  static Map<String, List<ByteBuffer>> all() {
    Map<String, List<ByteBuffer>> values = new LinkedHashMap<>();
    values.put("text", each(TypeCodecs.TEXT, TEXTS.toArray(new String[0])));
    values.put("ascii", each(TypeCodecs.ASCII, "", "a\"b\\c,d", "\n", " "));
    values.put("boolean", each(TypeCodecs.BOOLEAN, true, false));
    values.put("blob", Stream.of("", "00", "ff00fe", "fbfbfb").map(CqlBytes::hex).toList());
    values.put("tinyint", each(TypeCodecs.TINYINT, (byte) -128, (byte) 0, (byte) 127));
    values.put("smallint", each(TypeCodecs.SMALLINT, Short.MIN_VALUE, Short.MAX_VALUE));
    values.put("int", each(TypeCodecs.INT, Integer.MIN_VALUE, 0, 1_234_567, Integer.MAX_VALUE));
    values.put("bigint", each(TypeCodecs.BIGINT, Long.MIN_VALUE, 0L, Long.MAX_VALUE));
    values.put("varint", each(TypeCodecs.VARINT, integers()));
    values.put("decimal", each(TypeCodecs.DECIMAL, decimals()));
    values.put("float", each(TypeCodecs.FLOAT, floats()));
    values.put("double", each(TypeCodecs.DOUBLE, doubles()));
    values.put("date", Stream.of(DATES).map(CqlBytes::integer).toList());
    values.put("time", each(TypeCodecs.BIGINT, TIMES));
    values.put("timestamp", each(TypeCodecs.BIGINT, TIMESTAMPS));
    values.put("duration", durations());
    values.put("inet", Stream.of(ADDRESSES).map(CqlBytes::hex).toList());
    values.put(
        "uuid",
        Stream.of("0".repeat(32), "f".repeat(32), "123e4567e89b12d3a456426614174000")
            .map(CqlBytes::hex)
            .toList());
    values.put("timeuuid", List.of(CqlBytes.hex("50554d6e29bb11e5b345feff819cdc9f")));
    return values;
  }

  /** Days after -5877641-06-23. */
  private static final Integer[] DATES = {
    0,
    -1,
    Integer.MIN_VALUE,
    Integer.MIN_VALUE - 719_528,
    Integer.MIN_VALUE - 719_529,
    Integer.MIN_VALUE + 2_932_896,
    Integer.MIN_VALUE + 2_932_897,
    Integer.MIN_VALUE - 141_428
  };

  private static final Long[] TIMES = {
    0L, 1L, 86_399_999_999_999L, 45_240_000_000_000L, 45_296_100_000_000L, 45_296_123_456_000L
  };

  private static final Long[] TIMESTAMPS = {
    0L,
    1L,
    -1L,
    1_000L,
    60_000L,
    1_700_000_000_123L,
    1_700_000_000_120L,
    1_700_000_000_100L,
    -62_135_596_800_000L,
    -62_167_219_200_000L,
    -62_167_219_200_001L,
    253_402_300_799_999L,
    253_402_300_800_000L,
    Long.MIN_VALUE,
    Long.MAX_VALUE
  };

  private static final String[] ADDRESSES = {
    "7f000001",
    "ffffffff",
    "00000000",
    "00000000000000000000000000000001",
    "00000000000000000000000000000000",
    "20010db8000000000001000000000001",
    "00000000000000000000ffff01020304",
    "00000000000000000000000001020304"
  };

  private static BigInteger[] integers() {
    return new BigInteger[] {
      BigInteger.ZERO,
      BigInteger.ONE.negate(),
      BigInteger.TEN.pow(1_000).subtract(BigInteger.ONE).negate(),
      BigInteger.ONE.shiftLeft(64)
    };
  }

  private static BigDecimal[] decimals() {
    return Stream.of(
            "0",
            "0.00",
            "-1",
            "1.10",
            "1000.00",
            "1E+3",
            "1E-7",
            "0.000001",
            "12345678901234567890.12345678901234567890",
            "1.8E+308",
            "-9E+400",
            "1E-400",
            "1E+2147483647",
            "1E-2147483647")
        .map(BigDecimal::new)
        .toArray(BigDecimal[]::new);
  }

  private static Float[] floats() {
    return new Float[] {
      0f,
      -0f,
      1f,
      0.1f,
      -1e10f,
      1e-4f,
      1.6777216E7f,
      1_234_567f,
      3.1415927f,
      Float.MIN_VALUE,
      Float.MIN_NORMAL,
      Float.MAX_VALUE,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY
    };
  }

  private static Double[] doubles() {
    return new Double[] {
      0d,
      -0d,
      1d,
      0.1,
      -1e10,
      1e21,
      1e-4,
      2e-3,
      0.30000000000000004,
      9.007199254740992E15,
      Double.MIN_VALUE,
      Double.MIN_NORMAL,
      Double.MAX_VALUE,
      Double.NaN,
      Double.POSITIVE_INFINITY,
      Double.NEGATIVE_INFINITY
    };
  }

  private static List<ByteBuffer> durations() {
    long most = Long.MAX_VALUE;
    return List.of(
        CqlBytes.duration(0, 0, 0),
        CqlBytes.duration(14, 3, 14_706_007_008_009L),
        CqlBytes.duration(-14, -3, -14_706_007_008_009L),
        CqlBytes.duration(-1, 0, 0),
        CqlBytes.duration(0, 7, 0),
        CqlBytes.duration(0, 0, 86_400_000_000_000L),
        CqlBytes.duration(0, 0, 1),
        CqlBytes.duration(Integer.MAX_VALUE, Integer.MAX_VALUE, most),
        CqlBytes.duration(-Integer.MAX_VALUE, -Integer.MAX_VALUE, -most));
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private static <T> List<ByteBuffer> each(TypeCodec<? super T> codec, T... values) {
    return Stream.of(values).map(value -> CqlBytes.of(codec, value)).toList();
  }
}
