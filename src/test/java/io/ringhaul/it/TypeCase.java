package io.ringhaul.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import io.ringhaul.internal.cql.CqlBytes;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A value that is prone to conversion errors in formats.
 *
 * @param type the CQL type of the column
 * @param name what is special about the value
 * @param bytes the serialized value
 */
record TypeCase(String type, String name, ByteBuffer bytes) {

  /** Returns the user-defined types that the cases need. */
  static List<String> userTypes(String keyspace) {
    return List.of(
        "CREATE TYPE " + keyspace + ".\"Point\" (x int, \"Y y\" double, label text)",
        "CREATE TYPE "
            + keyspace
            + ".shape (points frozen<list<frozen<\"Point\">>>,"
            + " tag frozen<tuple<text, frozen<map<text, int>>>>)");
  }

  /** Returns all cases. */
  static List<TypeCase> all() {
    List<TypeCase> cases = new ArrayList<>();
    texts(cases);
    numbers(cases);
    times(cases);
    others(cases);
    collections(cases);
    structures(cases);
    return cases;
  }

  private static void texts(List<TypeCase> cases) {
    cases.add(new TypeCase("ascii", "empty", CqlBytes.hex("")));
    cases.add(new TypeCase("ascii", "controls", CqlBytes.hex("00010d0a091b7f22275c2c")));
    String[][] texts = {
      {"empty", ""},
      {"one space", " "},
      {"spaces around", "  a b  "},
      {"quotes", "say \"hi\" 'there'"},
      {"only a quote", "\""},
      {"two quotes", "\"\""},
      {"comma", "a,b"},
      {"semicolon and pipe", "a;b|c"},
      {"CR", "a\rb"},
      {"LF", "a\nb"},
      {"CR LF", "a\r\nb"},
      {"LF at the end", "a\n"},
      {"tab", "a\tb"},
      {"NUL", "a\0b"},
      {"only NUL", "\0"},
      {"backslash", "a\\b"},
      {"backslash at the end", "a\\"},
      {"backslash and quote", "\\\""},
      {"backslash n", "a\\nb"},
      {"emoji", "👩‍👩‍👧‍👦 \uD83D\uDE00"},
      {"last code point", "\uDBFF\uDFFF"},
      {"byte order mark", "\uFEFFa"},
      {"combining", "e\u0301"},
      {"line separators", "a\u2028b\u2029c\u0085d"},
      {"replacement character", "\uFFFD"},
      {"the word null", "null"},
      {"the word NULL", "NULL"},
      {"like JSON", "{\"a\":[1,null]}"},
      {"like a number", "007"},
      {"like NaN", "NaN"},
      {"comment", "# no comment"},
      {"formula", "=1+1"},
      {"a megabyte", "0123456789abcdé\"".repeat(62_500)},
    };
    for (String[] text : texts) {
      cases.add(new TypeCase("text", text[0], ByteBuffer.wrap(text[1].getBytes(UTF_8))));
    }
    for (String blob : List.of("", "00", "ff00ff", "efbbbf", "0d0a22", "00".repeat(1_000))) {
      cases.add(new TypeCase("blob", blob.length() / 2 + " bytes", CqlBytes.hex(blob)));
    }
    cases.add(new TypeCase("blob", "0x12 in Base64", CqlBytes.hex("d31d76")));
    cases.add(new TypeCase("blob", "0X12 in Base64", CqlBytes.hex("d17d76")));
    cases.add(new TypeCase("blob", "a megabyte", ByteBuffer.wrap(new byte[1 << 20])));
  }

  private static void numbers(List<TypeCase> cases) {
    hex(cases, "boolean", "00", "01");
    hex(cases, "tinyint", "80", "ff", "00", "7f");
    hex(cases, "smallint", "8000", "ffff", "0000", "7fff");
    hex(cases, "int", "80000000", "ffffffff", "00000000", "7fffffff");
    hex(cases, "bigint", "8000000000000000", "ffffffffffffffff", "7fffffffffffffff");
    hex(
        cases,
        "float",
        "7fc00000", // NaN
        "7f800000", // infinity
        "ff800000",
        "80000000", // -0.0
        "00000000",
        "00000001",
        "7f7fffff",
        "ff7fffff",
        "3dcccccd"); // 0.1
    hex(
        cases,
        "double",
        "7ff8000000000000",
        "7ff0000000000000",
        "fff0000000000000",
        "8000000000000000",
        "0000000000000000",
        "0000000000000001",
        "7fefffffffffffff",
        "ffefffffffffffff",
        "3fb999999999999a");
    for (String decimal :
        List.of(
            "0",
            "0.00",
            "0E+5",
            "1.10",
            "1.1",
            "-1E+10",
            "123456789012345678901234567890.123456789012345678901234567890",
            "1E-2147483647",
            "1E+2147483647",
            "-" + "9".repeat(400) + "E-200")) {
      cases.add(
          new TypeCase(
              "decimal",
              abbreviated(decimal),
              CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal(decimal))));
    }
    for (String varint :
        List.of("0", "-1", "128", "-129", "9223372036854775808", "7".repeat(1_000))) {
      cases.add(
          new TypeCase(
              "varint",
              abbreviated(varint),
              CqlBytes.of(TypeCodecs.VARINT, new BigInteger(varint))));
    }
    cases.add(
        new TypeCase(
            "varint",
            "1,000 digits, negative",
            CqlBytes.of(TypeCodecs.VARINT, BigInteger.TEN.pow(999).negate())));
  }

  private static void times(List<TypeCase> cases) {
    hex(cases, "date", "00000000", "80000000", "7fffffff", "ffffffff");
    hex(cases, "time", "0000000000000000", "00004e94914effff", "0000000000000001");
    hex(
        cases,
        "timestamp",
        "0000000000000000",
        "ffffffffffffffff", // a millisecond before 1970
        "ffdf3b645a1cac09", // as far back as microseconds reach
        "0020c49ba5e353f7", // and as far ahead
        "0000018bcfe56800",
        "ffffc77cedd32800"); // 0001-01-01
    cases.add(new TypeCase("duration", "zero", CqlBytes.duration(0, 0, 0)));
    cases.add(new TypeCase("duration", "mixed", CqlBytes.duration(14, 3, 3_723_000_000_001L)));
    cases.add(
        new TypeCase(
            "duration",
            "greatest",
            CqlBytes.duration(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE)));
    cases.add(
        new TypeCase(
            "duration",
            "least",
            CqlBytes.duration(-Integer.MAX_VALUE, -Integer.MAX_VALUE, -Long.MAX_VALUE)));
  }

  private static void others(List<TypeCase> cases) {
    for (String address :
        List.of(
            "0.0.0.0",
            "127.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "2001:db8::1",
            "fe80::1:0:0:1")) {
      cases.add(new TypeCase("inet", address, ByteBuffer.wrap(address(address))));
    }
    cases.add(
        new TypeCase("inet", "IPv4-mapped", CqlBytes.hex("00000000000000000000ffff7f000001")));
    hex(
        cases,
        "uuid",
        "00000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffff",
        "3b241101e2bb42558caf4136c566a962");
    hex(cases, "timeuuid", "9d2a1c001dd211b280808080808080aa", "ffffffffffff1fff7f7f7f7f7f7f7f7f");
  }

  private static void collections(List<TypeCase> cases) {
    ByteBuffer a = CqlBytes.text("a");
    ByteBuffer empty = CqlBytes.text("");
    ByteBuffer odd = CqlBytes.text("q\"\\,\n");
    cases.add(new TypeCase("list<text>", "texts", CqlBytes.collection(4, odd, empty, a, a)));
    cases.add(new TypeCase("set<text>", "texts", CqlBytes.collection(3, empty, a, odd)));
    cases.add(
        new TypeCase(
            "map<text, text>", "texts", CqlBytes.collection(3, empty, a, a, empty, odd, odd)));
    for (String type : List.of("frozen<list<text>>", "frozen<set<text>>")) {
      cases.add(new TypeCase(type, "empty", CqlBytes.collection(0)));
      cases.add(new TypeCase(type, "one", CqlBytes.collection(1, odd)));
    }
    cases.add(new TypeCase("frozen<map<text, int>>", "empty", CqlBytes.collection(0)));
    cases.add(
        new TypeCase(
            "map<double, blob>",
            "negative zero and infinity",
            CqlBytes.collection(
                3,
                CqlBytes.hex("fff0000000000000"),
                CqlBytes.hex(""),
                CqlBytes.hex("8000000000000000"),
                CqlBytes.hex("00"),
                CqlBytes.hex("0000000000000000"),
                CqlBytes.hex("ff"))));
    cases.add(
        new TypeCase(
            "map<frozen<tuple<int, text>>, frozen<list<decimal>>>",
            "nested keys",
            CqlBytes.collection(
                2,
                CqlBytes.tuple(CqlBytes.integer(-1), null),
                CqlBytes.collection(0),
                CqlBytes.tuple(CqlBytes.integer(1), odd),
                CqlBytes.collection(1, CqlBytes.of(TypeCodecs.DECIMAL, new BigDecimal("1.10"))))));
    cases.add(
        new TypeCase(
            "vector<float, 3>", "floats", CqlBytes.hex("3f800000" + "80000000" + "7f800000")));
    cases.add(
        new TypeCase(
            "vector<text, 2>",
            "texts",
            CqlBytes.concatenate(CqlBytes.shortVint(0), CqlBytes.shortVint(5), odd)));
  }

  private static void structures(List<TypeCase> cases) {
    ByteBuffer point =
        CqlBytes.tuple(CqlBytes.integer(1), null, CqlBytes.text("at \"home\", or\\not"));
    ByteBuffer nulls = CqlBytes.tuple(null, null, null);
    cases.add(
        new TypeCase(
            "tuple<int, text, frozen<set<uuid>>>",
            "with a null",
            CqlBytes.tuple(CqlBytes.integer(7), null, CqlBytes.collection(0))));
    cases.add(
        new TypeCase(
            "tuple<int, text, frozen<set<uuid>>>",
            "null and empty",
            CqlBytes.tuple(null, CqlBytes.text(""), null)));
    cases.add(new TypeCase("frozen<\"Point\">", "with a null", point));
    cases.add(new TypeCase("frozen<\"Point\">", "all nulls", nulls));
    cases.add(new TypeCase("\"Point\"", "not frozen", point));
    cases.add(
        new TypeCase(
            "frozen<shape>",
            "nested",
            CqlBytes.tuple(
                CqlBytes.collection(2, point, nulls),
                CqlBytes.tuple(
                    CqlBytes.text(""),
                    CqlBytes.collection(1, CqlBytes.text("k"), CqlBytes.integer(-1))))));
    cases.add(
        new TypeCase(
            "list<frozen<map<int, frozen<list<frozen<\"Point\">>>>>>",
            "four deep",
            CqlBytes.collection(
                2,
                CqlBytes.collection(1, CqlBytes.integer(5), CqlBytes.collection(1, point)),
                CqlBytes.collection(0))));
  }

  private static void hex(List<TypeCase> cases, String type, String... values) {
    for (String value : values) {
      cases.add(new TypeCase(type, value, CqlBytes.hex(value)));
    }
  }

  private static String abbreviated(String text) {
    return text.length() <= 40 ? text : text.substring(0, 20) + "... of " + text.length();
  }

  private static byte[] address(String text) {
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
