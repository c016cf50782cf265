package io.ringhaul.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.TestUserType;
import io.ringhaul.json.BlobForm;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Exact text of the limit values of each type, written and read. */
class EdgeTextTest {

  private static final TextOptions OURS = TextOptions.defaults().blobForm(BlobForm.LITERAL_FIRST);

  /** Checks the plain text and the JSON of the value in both directions. */
  private static void assertText(DataType type, ByteBuffer value, String plain, String json) {
    assertThat(Texts.plain(type, value)).isEqualTo(plain);
    assertThat(Texts.json(type, value)).isEqualTo(json);
    assertThat(Texts.readPlain(type, plain, OURS)).as(plain).isEqualTo(CqlBytes.hex(value));
    assertThat(Texts.readJson(type, json, OURS)).as(json).isEqualTo(CqlBytes.hex(value));
  }

  private static void assertBare(DataType type, ByteBuffer value, String text) {
    assertText(type, value, text, text);
  }

  private static void assertQuoted(DataType type, ByteBuffer value, String text) {
    assertText(type, value, text, '"' + text + '"');
  }

  @Test
  void integers() {
    assertBare(DataTypes.TINYINT, CqlBytes.hex("80"), "-128");
    assertBare(DataTypes.TINYINT, CqlBytes.hex("7f"), "127");
    assertBare(DataTypes.SMALLINT, CqlBytes.hex("8000"), "-32768");
    assertBare(DataTypes.SMALLINT, CqlBytes.hex("7fff"), "32767");
    assertBare(DataTypes.INT, CqlBytes.integer(Integer.MIN_VALUE), "-2147483648");
    assertBare(DataTypes.INT, CqlBytes.integer(Integer.MAX_VALUE), "2147483647");
    assertBare(DataTypes.INT, CqlBytes.integer(0), "0");
    for (long value :
        new long[] {
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          0,
          -1,
          9,
          10,
          99,
          100,
          2147483648L,
          4294967296L,
          999999999999999999L,
          1000000000000000000L
        }) {
      ByteBuffer bytes = CqlBytes.of(TypeCodecs.BIGINT, value);
      assertBare(DataTypes.BIGINT, bytes, Long.toString(value));
      assertBare(DataTypes.COUNTER, bytes, Long.toString(value));
    }
    assertThat(Texts.readPlain(DataTypes.INT, "+007")).isEqualTo("00000007");
    assertThat(Texts.readJson(DataTypes.INT, "\"12\"")).isEqualTo("0000000c");
  }

  @Test
  void varints() {
    BigInteger thousandDigits = BigInteger.TEN.pow(1_000).subtract(BigInteger.ONE);
    for (BigInteger value :
        List.of(
            BigInteger.ZERO,
            BigInteger.valueOf(-1),
            BigInteger.valueOf(128),
            BigInteger.valueOf(Long.MIN_VALUE),
            BigInteger.valueOf(Long.MAX_VALUE).add(BigInteger.ONE),
            thousandDigits,
            thousandDigits.negate())) {
      assertBare(DataTypes.VARINT, CqlBytes.of(TypeCodecs.VARINT, value), value.toString());
    }
  }

  @Test
  void decimals() {
    for (String text :
        List.of(
            "0",
            "0.0",
            "0.000",
            "-0.01",
            "1.10",
            "-123456789.123456",
            "92233720368547758.07",
            "-922337203685477.5808",
            "0.000001",
            "1E-7",
            "0E-7",
            "1.2E-10",
            "1E+3",
            "0E+3",
            "0E+400",
            "1E-2147483647",
            "1.7976931348623157E+308",
            "123456789012345678901234567890.123456789012345678901234567890",
            "0." + "9".repeat(1_000))) {
      assertBare(DataTypes.DECIMAL, CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(text)), text);
    }
    // Beyond the range of a double.
    for (String text : List.of("-1E+400", "1.8E+308", "1E+1999999999", "9".repeat(1_000) + ".9")) {
      assertQuoted(DataTypes.DECIMAL, CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(text)), text);
    }
    Random random = new Random(7);
    for (int i = 0; i < 10_000; i++) {
      long unscaled = random.nextLong() >> random.nextInt(64);
      BigDecimal value = BigDecimal.valueOf(unscaled, random.nextInt(12) - 2);
      assertThat(Texts.plain(DataTypes.DECIMAL, CqlBytes.of(TypeCodecs.DECIMAL, value)))
          .isEqualTo(value.toString());
    }
    BigDecimal least = BigDecimal.valueOf(Long.MIN_VALUE, 2);
    assertBare(DataTypes.DECIMAL, CqlBytes.of(TypeCodecs.DECIMAL, least), "-92233720368547758.08");
  }

  @Test
  // Java writes 2e23 with a text that is not the shortest.
  @SuppressWarnings("FloatingPointLiteralPrecision")
  void reals() {
    for (double value :
        new double[] {
          0, 1, 0.1, 1e10, 1e-10, Double.MIN_VALUE, Double.MAX_VALUE, -Double.MIN_NORMAL, 2.0E23
        }) {
      assertBare(DataTypes.DOUBLE, CqlBytes.of(TypeCodecs.DOUBLE, value), Double.toString(value));
    }
    for (float value :
        new float[] {0, 1, 0.1f, 16777216f, Float.MIN_VALUE, Float.MAX_VALUE, 3.3554432E7f}) {
      assertBare(DataTypes.FLOAT, CqlBytes.of(TypeCodecs.FLOAT, value), Float.toString(value));
    }
    assertBare(DataTypes.DOUBLE, CqlBytes.hex("8000000000000000"), "-0.0");
    assertBare(DataTypes.FLOAT, CqlBytes.hex("80000000"), "-0.0");
    assertQuoted(DataTypes.DOUBLE, CqlBytes.hex("7ff8000000000000"), "NaN");
    assertQuoted(DataTypes.DOUBLE, CqlBytes.hex("7ff0000000000000"), "Infinity");
    assertQuoted(DataTypes.DOUBLE, CqlBytes.hex("fff0000000000000"), "-Infinity");
    assertQuoted(DataTypes.FLOAT, CqlBytes.hex("7fc00000"), "NaN");
    assertQuoted(DataTypes.FLOAT, CqlBytes.hex("7f800000"), "Infinity");
    assertQuoted(DataTypes.FLOAT, CqlBytes.hex("ff800000"), "-Infinity");
    // Forms that other tools write.
    assertThat(Texts.readJson(DataTypes.DOUBLE, "NaN")).isEqualTo("7ff8000000000000");
    assertThat(Texts.readJson(DataTypes.FLOAT, "-Infinity")).isEqualTo("ff800000");
    assertThat(Texts.readJson(DataTypes.DOUBLE, "-0")).isEqualTo("8000000000000000");
    assertThat(Texts.readPlain(DataTypes.DOUBLE, "1e3")).isEqualTo("408f400000000000");
    assertThat(Texts.readPlain(DataTypes.DOUBLE, ".5")).isEqualTo("3fe0000000000000");
    // Parsed as double first, this number would be rounded to the wrong float.
    assertThat(Texts.readPlain(DataTypes.FLOAT, "1.00000017881393432617187499"))
        .isEqualTo("3f800001");
  }

  @Test
  void booleans() {
    assertBare(DataTypes.BOOLEAN, CqlBytes.hex("01"), "true");
    assertBare(DataTypes.BOOLEAN, CqlBytes.hex("00"), "false");
    for (String word : List.of("1", "Y", "t", "YES", "True")) {
      assertThat(Texts.readPlain(DataTypes.BOOLEAN, word)).isEqualTo("01");
    }
    for (String word : List.of("0", "n", "F", "no", "FALSE")) {
      assertThat(Texts.readPlain(DataTypes.BOOLEAN, word)).isEqualTo("00");
    }
    assertThat(Texts.readJson(DataTypes.BOOLEAN, "1")).isEqualTo("01");
  }

  @Test
  void texts() {
    assertText(DataTypes.TEXT, CqlBytes.text(""), "", "\"\"");
    assertText(DataTypes.ASCII, CqlBytes.text(""), "", "\"\"");
    assertText(DataTypes.TEXT, CqlBytes.text("null"), "null", "\"null\"");
    String odd = "\"\\/\b\f\n\r\t\u0000\u001f\u007f\u2028é日👩‍🚀\uFFFF,;";
    assertText(
        DataTypes.TEXT,
        CqlBytes.text(odd),
        odd,
        "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001F\u007f\u2028é日👩‍🚀\uFFFF,;\"");
    String large = "0123456789\n\"€".repeat(80_000);
    assertThat(Texts.readJson(DataTypes.TEXT, Texts.json(DataTypes.TEXT, CqlBytes.text(large))))
        .isEqualTo(CqlBytes.hex(CqlBytes.text(large)));
    assertThat(Texts.readJson(DataTypes.TEXT, "\"\\ud83d\\ude00\\u00e9\""))
        .isEqualTo("f09f9880c3a9");
  }

  @Test
  void blobs() {
    assertQuoted(DataTypes.BLOB, CqlBytes.hex(""), "");
    assertQuoted(DataTypes.BLOB, CqlBytes.hex("00"), "AA==");
    assertQuoted(DataTypes.BLOB, CqlBytes.hex("010203ff"), "AQID/w==");
    assertQuoted(DataTypes.BLOB, CqlBytes.hex("fbff"), "+/8=");
    // Its Base64 is 0x12, which is also a literal.
    assertQuoted(DataTypes.BLOB, CqlBytes.hex("d31d76"), "0xd31d76");
    assertQuoted(DataTypes.BLOB, CqlBytes.hex("d31d7600"), "0x12AA==");
    // Its Base64 is 0X12, which is also a literal.
    assertQuoted(DataTypes.BLOB, CqlBytes.hex("d17d76"), "0xd17d76");
    assertThat(Texts.readPlain(DataTypes.BLOB, "0x12", OURS)).isEqualTo("12");
    assertThat(
            Texts.readPlain(
                DataTypes.BLOB, "0x12", TextOptions.defaults().blobForm(BlobForm.BASE64)))
        .isEqualTo("d31d76");
    assertThat(Texts.readPlain(DataTypes.BLOB, "0xCAfe")).isEqualTo("cafe");
    assertThat(Texts.readPlain(DataTypes.BLOB, "0x")).isEmpty();
  }

  @Test
  void shortBlobs() {
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(9)];
      random.nextBytes(bytes);
      if (bytes.length > 1 && i % 2 == 0) {
        boolean lower = i % 4 == 0; // so that Base64 begins with 0x or 0X
        bytes[0] = (byte) (lower ? 0xd3 : 0xd1);
        bytes[1] = (byte) ((lower ? 0x10 : 0x70) | (bytes[1] & 0xf));
      }
      ByteBuffer value = ByteBuffer.wrap(bytes);
      String text = Texts.plain(DataTypes.BLOB, value);
      assertThat(Texts.readPlain(DataTypes.BLOB, text, OURS)).isEqualTo(CqlBytes.hex(value));
      if (!text.startsWith("0x")) {
        assertThat(text).isEqualTo(java.util.Base64.getEncoder().encodeToString(bytes));
      }
    }
  }

  @Test
  void dates() {
    assertQuoted(DataTypes.DATE, CqlBytes.hex("80000000"), "1970-01-01");
    assertQuoted(DataTypes.DATE, CqlBytes.hex("00000000"), "-5877641-06-23");
    assertQuoted(DataTypes.DATE, CqlBytes.hex("ffffffff"), "+5881580-07-11");
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      int day = random.nextInt() >> random.nextInt(20);
      assertQuoted(
          DataTypes.DATE,
          CqlBytes.integer(day ^ Integer.MIN_VALUE),
          LocalDate.ofEpochDay(day).toString());
    }
    TextOptions german = TextOptions.defaults().dateFormat("dd.MM.yyyy");
    assertThat(Texts.readPlain(DataTypes.DATE, "29.02.2000", german)).isEqualTo("80002b08");
  }

  @Test
  void times() {
    long[] nanos = {0, 1, 999, 1_000, 1_000_000, 500_000_000, 86_399_999_999_999L};
    String[] texts = {
      "00:00:00",
      "00:00:00.000000001",
      "00:00:00.000000999",
      "00:00:00.000001",
      "00:00:00.001",
      "00:00:00.500",
      "23:59:59.999999999"
    };
    for (int i = 0; i < nanos.length; i++) {
      assertQuoted(DataTypes.TIME, CqlBytes.of(TypeCodecs.BIGINT, nanos[i]), texts[i]);
    }
    Random random = new Random(4);
    for (int i = 0; i < 5_000; i++) {
      long nano = Math.floorMod(random.nextLong(), 86_400_000_000_000L);
      String text = Texts.plain(DataTypes.TIME, CqlBytes.of(TypeCodecs.BIGINT, nano));
      assertThat(LocalTime.parse(text).toNanoOfDay()).isEqualTo(nano);
    }
    assertThat(Texts.readPlain(DataTypes.TIME, "10:30"))
        .isEqualTo(CqlBytes.hex(CqlBytes.of(TypeCodecs.BIGINT, 37_800_000_000_000L)));
    assertThat(Texts.readPlain(DataTypes.TIME, "00:00:01.5")).isEqualTo("0000000059682f00");
    TextOptions short12 = TextOptions.defaults().timeFormat("HHmmss");
    assertThat(Texts.readPlain(DataTypes.TIME, "000001", short12)).isEqualTo("000000003b9aca00");
  }

  @Test
  void timestamps() {
    assertQuoted(DataTypes.TIMESTAMP, millis(0), "1970-01-01T00:00:00Z");
    assertQuoted(DataTypes.TIMESTAMP, millis(1), "1970-01-01T00:00:00.001Z");
    assertQuoted(DataTypes.TIMESTAMP, millis(-1), "1969-12-31T23:59:59.999Z");
    assertQuoted(DataTypes.TIMESTAMP, millis(Long.MAX_VALUE), "+292278994-08-17T07:12:55.807Z");
    assertQuoted(DataTypes.TIMESTAMP, millis(Long.MIN_VALUE), "-292275055-05-16T16:47:04.192Z");
    Random random = new Random(6);
    for (int i = 0; i < 20_000; i++) {
      long millis = random.nextLong() >> random.nextInt(40);
      assertQuoted(DataTypes.TIMESTAMP, millis(millis), Instant.ofEpochMilli(millis).toString());
    }
  }

  @Test
  void alternativeFormsOfTimestamps() {
    String oneOClock = CqlBytes.hex(millis(3_600_000));
    for (String text :
        List.of(
            "1970-01-01T01:00:00Z",
            "1970-01-01T01:00Z",
            "1970-01-01 01:00",
            "1970-01-01 01:00:00.000000000",
            "1970-01-01 02:00:00+0100",
            "1970-01-01 02:00:00.000 +0100",
            "1970-01-01T02:00:00.0+01:00",
            "1970-01-01T02:00:00+01",
            "1969-12-31T20:30:00-04:30",
            "1970-01-01-0100")) {
      assertThat(Texts.readPlain(DataTypes.TIMESTAMP, text)).as(text).isEqualTo(oneOClock);
    }
    TextOptions berlin = TextOptions.defaults().timeZone(java.time.ZoneId.of("Europe/Berlin"));
    assertThat(Texts.readPlain(DataTypes.TIMESTAMP, "1970-01-01 02:00", berlin))
        .isEqualTo(oneOClock);
    assertThat(Texts.readPlain(DataTypes.TIMESTAMP, "1970-01-01 01:00Z", berlin))
        .isEqualTo(oneOClock);
    TextOptions pattern = TextOptions.defaults().timestampFormat("dd/MM/yyyy HH:mm");
    assertThat(Texts.readPlain(DataTypes.TIMESTAMP, "01/01/1970 01:00", pattern))
        .isEqualTo(oneOClock);
    assertThat(
            Texts.readPlain(
                DataTypes.TIMESTAMP,
                "01/01/1970 02:00",
                pattern.timeZone(java.time.ZoneId.of("+01:00"))))
        .isEqualTo(oneOClock);
    TextOptions units = TextOptions.defaults().timestampFormat(TextOptions.UNITS_SINCE_EPOCH);
    assertThat(Texts.readPlain(DataTypes.TIMESTAMP, "3600000", units)).isEqualTo(oneOClock);
    assertThat(Texts.readJson(DataTypes.TIMESTAMP, "3600000", units)).isEqualTo(oneOClock);
    TextOptions seconds =
        TextOptions.defaults().timestampUnit(java.util.concurrent.TimeUnit.SECONDS);
    assertThat(Texts.readJson(DataTypes.TIMESTAMP, "3600", seconds)).isEqualTo(oneOClock);
    TextOptions micros =
        TextOptions.defaults().timestampUnit(java.util.concurrent.TimeUnit.MICROSECONDS);
    assertThat(Texts.readJson(DataTypes.TIMESTAMP, "3600000000", micros)).isEqualTo(oneOClock);
  }

  @Test
  void durations() {
    assertQuoted(DataTypes.DURATION, CqlBytes.duration(0, 0, 0), "0s");
    assertQuoted(
        DataTypes.DURATION,
        CqlBytes.duration(14, 3, 14_706_007_008_009L),
        "1y2mo3d4h5m6s7ms8us9ns");
    assertQuoted(DataTypes.DURATION, CqlBytes.duration(-1, 0, -1), "-1mo1ns");
    assertQuoted(
        DataTypes.DURATION,
        CqlBytes.duration(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE),
        "178956970y7mo2147483647d2562047h47m16s854ms775us807ns");
    assertQuoted(
        DataTypes.DURATION,
        CqlBytes.duration(Integer.MIN_VALUE, Integer.MIN_VALUE, Long.MIN_VALUE),
        "-178956970y8mo2147483648d2562047h47m16s854ms775us808ns");
    assertQuoted(DataTypes.DURATION, CqlBytes.duration(0, 0, 108_000_000_000_000L), "30h");
    for (String text : List.of("P1Y2M3DT4H5M6S", "P0001-02-03T04:05:06", "1Y2MO3D4H5M6S")) {
      assertThat(Texts.readPlain(DataTypes.DURATION, text))
          .as(text)
          .isEqualTo(CqlBytes.hex(CqlBytes.duration(14, 3, 14_706_000_000_000L)));
    }
    assertThat(Texts.readJson(DataTypes.DURATION, "\"\"")).isEqualTo("000000");
    assertThat(Texts.readPlain(DataTypes.DURATION, "-P2W"))
        .isEqualTo(CqlBytes.hex(CqlBytes.duration(0, -14, 0)));
    assertThat(Texts.readPlain(DataTypes.DURATION, "PT1M"))
        .isEqualTo(CqlBytes.hex(CqlBytes.duration(0, 0, 60_000_000_000L)));
    assertThat(Texts.readPlain(DataTypes.DURATION, "P1M"))
        .isEqualTo(CqlBytes.hex(CqlBytes.duration(1, 0, 0)));
    assertThat(Texts.readPlain(DataTypes.DURATION, "1w2d3µs"))
        .isEqualTo(CqlBytes.hex(CqlBytes.duration(0, 9, 3_000)));
  }

  @Test
  void addressesAndUuids() {
    assertQuoted(DataTypes.INET, CqlBytes.hex("01020304"), "1.2.3.4");
    assertQuoted(DataTypes.INET, CqlBytes.hex("0".repeat(31) + "1"), "::1");
    assertQuoted(
        DataTypes.INET, CqlBytes.hex("00000000000000000000ffff01020304"), "::ffff:1.2.3.4");
    assertThat(Texts.readPlain(DataTypes.INET, "0:0:0:0:0:0:0:1")).isEqualTo("0".repeat(31) + "1");
    assertQuoted(
        DataTypes.UUID,
        CqlBytes.hex("0123456789abcdeffedcba9876543210"),
        "01234567-89ab-cdef-fedc-ba9876543210");
    assertQuoted(
        DataTypes.TIMEUUID,
        CqlBytes.hex("000000000000100080000000000000ff"),
        "00000000-0000-1000-8000-0000000000ff");
    assertThat(Texts.readPlain(DataTypes.UUID, "01234567-89AB-CDEF-FEDC-BA9876543210"))
        .isEqualTo("0123456789abcdeffedcba9876543210");
  }

  @Test
  void collections() {
    DataType list = DataTypes.listOf(DataTypes.TEXT);
    assertBare(list, CqlBytes.collection(0), "[]");
    assertBare(
        list,
        CqlBytes.collection(2, CqlBytes.text(""), CqlBytes.text("a\"b")),
        "[\"\",\"a\\\"b\"]");
    DataType set = DataTypes.setOf(DataTypes.DOUBLE);
    assertBare(set, CqlBytes.collection(1, CqlBytes.hex("7ff8000000000000")), "[\"NaN\"]");
    DataType map = DataTypes.mapOf(DataTypes.INT, DataTypes.BOOLEAN);
    assertBare(map, CqlBytes.collection(0), "{}");
    assertBare(
        map, CqlBytes.collection(1, CqlBytes.integer(-1), CqlBytes.hex("01")), "{\"-1\":true}");
    DataType nestedKey =
        DataTypes.mapOf(DataTypes.frozenMapOf(DataTypes.TEXT, DataTypes.INT), DataTypes.BLOB);
    ByteBuffer key = CqlBytes.collection(1, CqlBytes.text("\""), CqlBytes.integer(1));
    assertBare(
        nestedKey,
        CqlBytes.collection(1, key, CqlBytes.hex("00")),
        "{\"{\\\"\\\\\\\"\\\":1}\":\"AA==\"}");
    assertBare(
        DataTypes.vectorOf(DataTypes.FLOAT, 2), CqlBytes.hex("3f80000080000000"), "[1.0,-0.0]");
    assertBare(
        DataTypes.vectorOf(DataTypes.TEXT, 2),
        CqlBytes.concatenate(CqlBytes.shortVint(1), CqlBytes.text("a"), CqlBytes.shortVint(0)),
        "[\"a\",\"\"]");
  }

  /** DSBulk reads JSON numbers in CSV as doubles. */
  @Test
  void writesDecimalsAsStringsInPlainTextJson() {
    DataType type = DataTypes.mapOf(DataTypes.DECIMAL, DataTypes.listOf(DataTypes.DECIMAL));
    ByteBuffer decimal = CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal("1.10"));
    ByteBuffer value = CqlBytes.collection(1, decimal, CqlBytes.collection(1, decimal));
    assertText(type, value, "{\"1.10\":[\"1.10\"]}", "{\"1.10\":[1.10]}");
    DataType inKey = DataTypes.mapOf(DataTypes.listOf(DataTypes.DECIMAL), DataTypes.DECIMAL);
    ByteBuffer entry = CqlBytes.collection(1, CqlBytes.collection(1, decimal), decimal);
    assertText(inKey, entry, "{\"[\\\"1.10\\\"]\":\"1.10\"}", "{\"[\\\"1.10\\\"]\":1.10}");
  }

  @Test
  void tuplesAndUserDefinedTypes() {
    DataType tuple = DataTypes.tupleOf(DataTypes.INT, DataTypes.TEXT);
    assertBare(tuple, CqlBytes.tuple(CqlBytes.integer(1), null), "[1,null]");
    assertBare(tuple, CqlBytes.tuple(null, null), "[null,null]");
    DataType udt =
        TestUserType.of(
            "u", List.of("a", "B \"q\""), List.of(DataTypes.INT, DataTypes.listOf(DataTypes.INT)));
    assertBare(
        udt, CqlBytes.tuple(null, CqlBytes.collection(0)), "{\"a\":null,\"B \\\"q\\\"\":[]}");
    // Fields may come in any order; an absent field is null.
    assertThat(Texts.readJson(udt, "{\"B \\\"q\\\"\":[],\"a\":7}"))
        .isEqualTo(CqlBytes.hex(CqlBytes.tuple(CqlBytes.integer(7), CqlBytes.collection(0))));
    assertThat(Texts.readPlain(udt, " { } ")).isEqualTo(CqlBytes.hex(CqlBytes.tuple(null, null)));
    // A value that was written before a field was added to the type.
    assertThat(Texts.json(udt, CqlBytes.tuple(CqlBytes.integer(7))))
        .isEqualTo("{\"a\":7,\"B \\\"q\\\"\":null}");
  }

  @Test
  void deepNesting() {
    DataType type = DataTypes.INT;
    ByteBuffer value = CqlBytes.integer(5);
    for (int i = 0; i < 60; i++) {
      type = DataTypes.frozenListOf(type);
      value = CqlBytes.collection(1, value);
    }
    assertBare(type, value, "[".repeat(60) + "5" + "]".repeat(60));
  }

  @Test
  void metadataListsMayHoldNulls() {
    ColumnDescription ttls =
        new ColumnDescription("v_ttl", DataTypes.listOf(DataTypes.INT), Kind.METADATA);
    ByteBuffer value = CqlBytes.collection(2, null, CqlBytes.integer(5));
    assertThat(Texts.write(TextWriters.json(ttls), value)).isEqualTo("[null,5]");
    assertThat(TextReader.of(ttls, OURS).read("[null,5]")).isEqualTo(value);
  }

  private static ByteBuffer millis(long millis) {
    return CqlBytes.of(TypeCodecs.BIGINT, millis);
  }
}
