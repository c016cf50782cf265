package io.ringhaul.internal.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.TestUserType;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and texts that the writers and readers reject, and their messages. */
class TextRefusalTest {

  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  private static void assertNotWritten(DataType type, ByteBuffer value, String message) {
    assertThatThrownBy(() -> Texts.plain(type, value))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(() -> Texts.json(type, value))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining(message);
  }

  private static void assertNotRead(DataType type, String text, String message) {
    assertThatThrownBy(() -> Texts.readPlain(type, text))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining(message);
  }

  private static void assertJsonNotRead(DataType type, String json, String message) {
    assertThatThrownBy(() -> Texts.readJson(type, json))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining(message);
  }

  @Test
  void rejectsDeeplyNestedText() {
    String deep = "[".repeat(1_000_000);
    for (DataType type :
        List.of(
            DataTypes.listOf(DataTypes.INT),
            DataTypes.tupleOf(DataTypes.INT),
            DataTypes.listOf(DataTypes.frozenListOf(DataTypes.INT)))) {
      assertNotRead(type, deep, "is a JSON array");
    }
    assertNotRead(
        DataTypes.mapOf(DataTypes.TEXT, DataTypes.INT), "{\"a\":" + deep, "is a JSON array");
  }

  @Test
  void rejectsNumbersOfAMillionDigitsQuickly() {
    String million = "7".repeat(1_000_000);
    String message = "v has 1000000 digits; as text, a number may have at most 100000";
    // The time of the processor, not of the clock: other tests run beside this one.
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long began = threads.getCurrentThreadCpuTime();
    for (DataType type : List.of(DataTypes.VARINT, DataTypes.DECIMAL)) {
      assertNotRead(type, million, message);
      assertNotRead(type, "-" + million, message);
      assertJsonNotRead(type, million, message);
      assertJsonNotRead(type, '"' + million + '"', message);
    }
    assertNotRead(DataTypes.DECIMAL, "0." + million + "e7", "v has 1000001 digits");
    assertThat(Duration.ofNanos(threads.getCurrentThreadCpuTime() - began))
        .isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void acceptsNumbersOfAHundredThousandDigits() {
    BigInteger greatest = BigInteger.TEN.pow(99_996).subtract(BigInteger.ONE);
    ByteBuffer varint = ByteBuffer.wrap(greatest.toByteArray());
    assertThat(Texts.readPlain(DataTypes.VARINT, Texts.plain(DataTypes.VARINT, varint)))
        .isEqualTo(Texts.hex(varint));
    ByteBuffer decimal =
        TypeCodecs.DECIMAL.encode(new BigDecimal(greatest, 7), ProtocolVersion.DEFAULT);
    assertThat(Texts.readPlain(DataTypes.DECIMAL, Texts.plain(DataTypes.DECIMAL, decimal)))
        .isEqualTo(Texts.hex(decimal));
    // The writer rejects values that the reader could not read back.
    ByteBuffer larger = ByteBuffer.wrap(BigInteger.TEN.pow(100_001).toByteArray());
    assertNotWritten(
        DataTypes.VARINT,
        larger,
        "v is a number of 41525 bytes; as text, a number may have at most 100000 digits, or 41524"
            + " bytes");
    assertNotWritten(
        DataTypes.DECIMAL,
        TypeCodecs.DECIMAL.encode(
            new BigDecimal(BigInteger.TEN.pow(100_001)), ProtocolVersion.DEFAULT),
        "v is a number of 41525 bytes");
  }

  @Test
  void rejectsEmptyValues() {
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
      assertNotWritten(type, EMPTY, "v holds the empty value");
      if (type.equals(DataTypes.DURATION)) {
        continue; // the empty text is the zero duration
      }
      assertThatThrownBy(() -> Texts.readPlain(type, ""))
          .isInstanceOf(UnrepresentableValueException.class)
          .hasMessageStartingWith("v ");
    }
  }

  @Test
  void messageHasPathToValue() {
    DataType zip = TestUserType.of("zip", List.of("code"), List.of(DataTypes.INT));
    DataType type = TestUserType.of("addr", List.of("zips"), List.of(DataTypes.listOf(zip)));
    assertNotWritten(
        type,
        CqlBytes.tuple(CqlBytes.collection(1, CqlBytes.tuple(EMPTY))),
        "v.zips.element.code holds the empty value of int");
    assertNotRead(
        type,
        "{\"zips\":[{\"code\":\"x\"}]}",
        "v.zips.element.code holds \"x\", which is not a valid int");
    assertNotRead(
        DataTypes.mapOf(DataTypes.INT, DataTypes.DATE),
        "{\"1\":\"tomorrow\"}",
        "v.value holds \"tomorrow\", which is not a valid date");
    assertThatThrownBy(() -> Texts.readPlain(DataTypes.INT, "9".repeat(1_000)))
        .hasMessage(
            "v is "
                + "9".repeat(100)
                + "... (1000 characters), outside the range -2147483648 to 2147483647 of a CQL"
                + " int");
  }

  @Test
  void rejectsNonCanonicalNans() {
    assertNotWritten(
        DataTypes.DOUBLE,
        CqlBytes.hex("7ff8000000000001"),
        "a NaN with the bits 0x7ff8000000000001");
    assertNotWritten(DataTypes.DOUBLE, CqlBytes.hex("fff8000000000000"), "NaN");
    assertNotWritten(DataTypes.FLOAT, CqlBytes.hex("ffc00000"), "a NaN with the bits 0xffc00000");
    assertNotWritten(DataTypes.FLOAT, CqlBytes.hex("7f800001"), "NaN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"c080", "eda080", "edbfbf", "f4908080", "ff", "c3", "61e282", "f08080af"})
  void rejectsMalformedUtf8(String hex) {
    assertNotWritten(DataTypes.TEXT, CqlBytes.hex(hex), "not well-formed UTF-8");
    assertNotWritten(DataTypes.ASCII, CqlBytes.hex(hex), "not ASCII");
  }

  @Test
  void rejectsMalformedBytes() {
    assertNotWritten(DataTypes.INT, CqlBytes.hex("0000"), "v holds 2 bytes");
    assertNotWritten(DataTypes.INET, CqlBytes.hex("0000"), "v holds 2 bytes");
    assertNotWritten(DataTypes.DECIMAL, CqlBytes.integer(1), "v holds 4 bytes");
    assertNotWritten(
        DataTypes.TIME, CqlBytes.of(TypeCodecs.BIGINT, 86_400_000_000_000L), "not within a day");
    assertNotWritten(DataTypes.TIME, CqlBytes.of(TypeCodecs.BIGINT, -1L), "not within a day");
    assertNotWritten(
        DataTypes.TIMEUUID, CqlBytes.hex("00000000000040008000000000000000"), "version");
    DataType list = DataTypes.listOf(DataTypes.INT);
    for (String hex :
        List.of("00", "ffffffff", "00000001", "0000000100000004", "0000000000", "7fffffff0000")) {
      assertNotWritten(list, CqlBytes.hex(hex), "v holds bytes that are not a serialized value");
    }
    DataType tuple = DataTypes.tupleOf(DataTypes.INT);
    for (String hex : List.of("00", "00000004", "ffffffff00", "ffffffffffffffff", "7fffffff00")) {
      assertNotWritten(tuple, CqlBytes.hex(hex), "v holds bytes that are not a serialized value");
    }
    for (String hex : List.of("00", "0000", "00000000", "80", "ff00", "f00000000000", "020100")) {
      assertNotWritten(DataTypes.DURATION, CqlBytes.hex(hex), "v holds bytes that are no");
    }
    DataType fixed = DataTypes.vectorOf(DataTypes.INT, 2);
    assertNotWritten(fixed, CqlBytes.integer(1), "4 bytes for a vector of 2 elements");
    assertNotWritten(fixed, CqlBytes.hex("000000010000000200"), "1 trailing bytes");
    DataType variable = DataTypes.vectorOf(DataTypes.TEXT, 2);
    for (String hex : List.of("00", "000000", "0002", "80", "00ffffffffffffffffff")) {
      assertNotWritten(
          variable, CqlBytes.hex(hex), "v holds bytes that are not a serialized value");
    }
    assertNotWritten(
        DataTypes.DECIMAL,
        CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(BigDecimal.TEN.unscaledValue(), -1 << 31)),
        "v is a decimal of scale -2147483648");
  }

  @Test
  void rejectsNullsInCollections() {
    ByteBuffer one = CqlBytes.integer(1);
    String message = "v holds a null, which a collection cannot hold";
    DataType list = DataTypes.listOf(DataTypes.INT);
    DataType map = DataTypes.mapOf(DataTypes.INT, DataTypes.INT);
    assertNotWritten(list, CqlBytes.collection(2, one, null), message);
    assertNotWritten(map, CqlBytes.collection(1, one, null), message);
    assertNotWritten(map, CqlBytes.collection(1, null, one), message);
    assertNotRead(list, "[1,null]", message);
    assertNotRead(map, "{\"1\":null}", message);
    assertNotRead(DataTypes.vectorOf(DataTypes.INT, 1), "[null]", message);
  }

  /** In a partition key, two encodings of a value are two partitions. */
  @Test
  void rejectsNonCanonicalEncodingsInPartitionKeyOnly() {
    Map<DataType, List<String>> spellings =
        Map.of(
            DataTypes.VARINT,
            List.of("0001", "01"),
            DataTypes.DECIMAL,
            List.of("00000002ffff", "00000002ff"),
            DataTypes.BOOLEAN,
            List.of("02", "01"),
            DataTypes.frozenListOf(DataTypes.INT),
            List.of("", "00000000"),
            DataTypes.tupleOf(DataTypes.INT, DataTypes.INT),
            List.of("ffffffff", "ffffffffffffffff"),
            DataTypes.frozenSetOf(DataTypes.VARINT),
            List.of("00000001000000020001", "000000010000000101"));
    spellings.forEach(
        (type, forms) -> {
          ByteBuffer unusual = CqlBytes.hex(forms.get(0));
          assertThat(Texts.readJson(type, Texts.json(type, unusual))).isEqualTo(forms.get(1));
          assertThatThrownBy(() -> Texts.write(TextWriters.json(Texts.keyColumn(type)), unusual))
              .isInstanceOf(UnrepresentableValueException.class)
              .hasMessageContaining("which would be read back as another key");
        });
  }

  @Test
  void rejectsTextsThatAreNotNumbers() {
    for (String text :
        List.of(" 1", "1 ", "1.0", "1e3", "0x10", "1,000", "--1", "-", "+", "1L", "١", "true")) {
      assertNotRead(DataTypes.INT, text, "v holds \"" + text + "\", which is not a valid int");
      assertNotRead(DataTypes.VARINT, text, "which is not a valid varint");
    }
    for (String text :
        List.of(" 1", "1 ", "0x1p3", "1d", "1f", "1,5", ".", "e3", "1e", "nan", "inf")) {
      assertNotRead(DataTypes.DOUBLE, text, "which is not a valid double");
      assertNotRead(DataTypes.DECIMAL, text, "which is not a valid decimal");
    }
    for (String text : List.of("NaN", "Infinity")) {
      assertNotRead(DataTypes.DECIMAL, text, "which is not a valid decimal");
      assertNotRead(DataTypes.INT, text, "which is not a valid int");
    }
    assertJsonNotRead(DataTypes.INT, "1.5", "v holds \"1.5\", which is not a valid int");
    assertJsonNotRead(DataTypes.INT, "1e3", "v holds \"1e3\", which is not a valid int");
    assertJsonNotRead(
        DataTypes.INT, "true", "v is a JSON boolean where a value of type int is required");
    assertJsonNotRead(DataTypes.INT, "[1]", "v is a JSON array");
    assertJsonNotRead(DataTypes.TEXT, "1", "v is a JSON integer");
    assertJsonNotRead(DataTypes.BOOLEAN, "1.0", "v is a JSON number");
    assertNotRead(DataTypes.BOOLEAN, "wahr", "which is not a valid boolean");
  }

  @Test
  void rejectsNumbersOutOfRange() {
    assertNotRead(DataTypes.TINYINT, "128", "v is 128, outside the range -128 to 127");
    assertNotRead(DataTypes.TINYINT, "-129", "outside the range");
    assertNotRead(DataTypes.SMALLINT, "32768", "outside the range");
    assertNotRead(DataTypes.INT, "2147483648", "outside the range");
    assertNotRead(DataTypes.BIGINT, "9223372036854775808", "outside the range");
    assertNotRead(DataTypes.BIGINT, "-9223372036854775809", "outside the range");
    assertNotRead(DataTypes.DOUBLE, "1E+400", "v is 1E+400, outside the range of a CQL double");
    assertNotRead(DataTypes.DOUBLE, "-1E-400", "outside the range");
    assertNotRead(DataTypes.FLOAT, "3.5E38", "outside the range");
    assertNotRead(DataTypes.FLOAT, "1E-46", "outside the range");
    assertThat(Texts.readPlain(DataTypes.DOUBLE, "0E-400")).isEqualTo("0000000000000000");
  }

  /** A short text whose plain digits would take gigabytes. */
  @Test
  void rejectsHugeExponentsWithoutMemory() {
    assertJsonNotRead(DataTypes.VARINT, "1E1000000000", "which is not a valid varint");
    assertJsonNotRead(DataTypes.INT, "1E1000000000", "which is not a valid int");
    assertJsonNotRead(DataTypes.DECIMAL, "1E99999999999", "whose exponent");
    assertJsonNotRead(DataTypes.DECIMAL, "1E2147483649", "whose exponent");
    assertThat(Texts.readJson(DataTypes.DECIMAL, "1E1000000000")).isEqualTo("c465360001");
  }

  @Test
  void rejectsInvalidDatesAndTimes() {
    for (String text :
        List.of(
            "2020-1-1",
            "2020-02-30",
            "2019-02-29",
            "1900-02-29",
            "20200101",
            "2020-13-01",
            "2020-00-01",
            "2020-01-00",
            "2020-01-01 ",
            "12020-01-01",
            "2020-01-01T00:00:00Z",
            "0")) {
      assertNotRead(DataTypes.DATE, text, "which is not a valid date");
    }
    assertNotRead(DataTypes.DATE, "+5881580-07-12", "outside the range -5877641-06-23");
    assertNotRead(DataTypes.DATE, "-5877641-06-22", "outside the range");
    for (String text :
        List.of(
            "24:00", "1:00", "00:60", "00:00:60", "00:00:00.", "00:00:00.1234567890", "10", "1")) {
      assertNotRead(DataTypes.TIME, text, "which is not a valid time");
    }
    for (String text :
        List.of(
            "2020-01-01T",
            "2020-01-01T10",
            "2020-01-01T10:00:00+1",
            "2020-01-01T10:00:00+01:",
            "2020-01-01T10:00:00ZZ",
            "2020-01-01T10:00:00+19:00",
            "1577836800",
            "2020",
            "now",
            "2020-01-01 10:00:00 CET",
            "2020-02-30T00:00:00Z")) {
      assertNotRead(DataTypes.TIMESTAMP, text, "which is not a valid timestamp");
    }
    assertJsonNotRead(DataTypes.TIMESTAMP, "1577836800", "v is a JSON integer");
    assertNotRead(
        DataTypes.TIMESTAMP, "2020-01-01T00:00:00.0001Z", "a CQL timestamp has milliseconds only");
    assertNotRead(
        DataTypes.TIMESTAMP,
        "+292278994-08-17T07:12:55.808Z",
        "outside the range of a CQL timestamp");
    assertNotRead(
        DataTypes.TIMESTAMP,
        "-292275055-05-16T16:47:04.191Z",
        "outside the range of a CQL timestamp");
    TextOptions pattern = TextOptions.defaults().timestampFormat("dd.MM.yyyy");
    assertThatThrownBy(() -> Texts.readPlain(DataTypes.TIMESTAMP, "30.02.2020", pattern))
        .hasMessageContaining(
            "which is not a valid timestamp in the format that timestampFormat sets");
    TextOptions micros =
        TextOptions.defaults().timestampUnit(java.util.concurrent.TimeUnit.MICROSECONDS);
    assertThatThrownBy(() -> Texts.readPlain(DataTypes.TIMESTAMP, "1", micros))
        .hasMessageContaining("milliseconds only");
    TextOptions days = TextOptions.defaults().timestampUnit(java.util.concurrent.TimeUnit.DAYS);
    assertThatThrownBy(() -> Texts.readPlain(DataTypes.TIMESTAMP, "9223372036854775807", days))
        .hasMessageContaining("outside the range of a CQL timestamp");
    assertThatThrownBy(() -> TextOptions.defaults().dateFormat("{"))
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void rejectsInvalidDurations() {
    for (String text :
        List.of(
            "-",
            "1",
            "y",
            "1x",
            "1d1y",
            "1d1d",
            "P",
            "PT",
            "P1H",
            "PT1Y",
            "P1YT",
            "1y2",
            "+1d",
            "P0001-02-03",
            "P0001-02-03T04-05:06",
            "1 d")) {
      assertNotRead(DataTypes.DURATION, text, "which is not a valid duration");
    }
    assertNotRead(DataTypes.DURATION, "2147483648mo", "outside the range of a CQL duration");
    assertNotRead(DataTypes.DURATION, "178956971y", "outside the range of a CQL duration");
    assertNotRead(
        DataTypes.DURATION, "9223372036854775808ns", "outside the range of a CQL duration");
    assertNotRead(
        DataTypes.DURATION, "-9223372036854775809ns", "outside the range of a CQL duration");
  }

  @Test
  void rejectsOtherInvalidTexts() {
    for (String text : List.of("localhost", "1.2.3", "1.2.3.4.5", "::1%lo", "01.2.3.4", ":::")) {
      assertNotRead(DataTypes.INET, text, "which is not a valid inet");
    }
    for (String text :
        List.of(
            "1-1-1-1-1",
            "0123456789abcdeffedcba9876543210",
            "01234567-89ab-cdef-fedc-ba987654321g",
            "01234567-89ab-cdef-fedcba-9876543210")) {
      assertNotRead(DataTypes.UUID, text, "which is not a valid uuid");
    }
    assertNotRead(DataTypes.TIMEUUID, "00000000-0000-4000-8000-000000000000", "version is not 1");
    for (String text :
        List.of("AA", "AAA", "A===", "AB==", "AAB=", "AQID_w==", "====", "0xg0g0", "0x1")) {
      assertNotRead(DataTypes.BLOB, text, "which is not a valid blob");
    }
    assertNotRead(DataTypes.BLOB, "0x12", "which is valid as Base64 and as a literal");
    assertNotRead(DataTypes.BLOB, "0X12", "which is valid as Base64 and as a literal");
    assertNotRead(DataTypes.ASCII, "é", "not ASCII");
    assertNotRead(DataTypes.TEXT, "\ud83d", "an unpaired surrogate");
    assertJsonNotRead(DataTypes.TEXT, "\"\\ude00\"", "an unpaired surrogate");
  }

  @Test
  void rejectsUnexpectedJson() {
    DataType list = DataTypes.listOf(DataTypes.INT);
    assertNotRead(list, "", "v is empty; a JSON array is required");
    assertNotRead(list, "[1", "which is not valid JSON");
    assertNotRead(list, "[1] 2", "has text after the end of its JSON value");
    assertNotRead(list, "{}", "v is a JSON object where a JSON array is required");
    assertNotRead(list, "null", "v is a JSON null where a JSON array is required");
    DataType map = DataTypes.mapOf(DataTypes.INT, DataTypes.INT);
    assertNotRead(map, "{\"1\":1,\"1\":2}", "v has the key \"1\" twice");
    assertNotRead(map, "{\"1\":1,\"+1\":2}", "v has the key \"+1\" twice");
    DataType tuple = DataTypes.tupleOf(DataTypes.INT, DataTypes.INT);
    assertNotRead(tuple, "[1]", "v holds 1 elements; the tuple has 2 fields");
    assertNotRead(tuple, "[1,2,3]", "v holds more than the 2 fields of the tuple");
    DataType udt = TestUserType.of("u", List.of("a"), List.of(DataTypes.INT));
    assertNotRead(udt, "{\"A\":1}", "v has no field A, so its value would be lost");
    assertNotRead(udt, "{\"a\":1,\"a\":1}", "v has the field a twice");
    assertNotRead(udt, "[1]", "v is a JSON array where a JSON object is required");
    DataType vector = DataTypes.vectorOf(DataTypes.INT, 2);
    assertNotRead(vector, "[1]", "v holds 1 elements; the vector's dimension is 2");
    assertNotRead(vector, "[1,2,3]", "v holds more elements than the vector's dimension of 2");
  }

  @Test
  void rejectsCustomTypes() {
    DataType custom = DataTypes.custom("org.example.Odd");
    assertThatThrownBy(() -> TextWriters.plain(Texts.column(custom)))
        .isInstanceOf(UnrepresentableValueException.class)
        .hasMessageContaining("org.example.Odd");
    assertThatThrownBy(() -> TextReader.of(Texts.column(custom), TextOptions.defaults()))
        .isInstanceOf(UnrepresentableValueException.class);
  }
}
