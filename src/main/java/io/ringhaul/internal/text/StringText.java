package io.ringhaul.internal.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.json.BlobForm;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The parsers and writers of values that are strings in JSON, except dates, times and durations.
 */
final class StringText {

  private static final byte[] ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(ISO_8859_1);
  private static final byte[] VALUES = new byte[128];
  private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < ALPHABET.length; i++) {
      VALUES[ALPHABET[i]] = (byte) i;
    }
  }

  private StringText() {}

  static final class Utf8Parser extends ScalarParser {

    Utf8Parser(ValuePath path) {
      super(path, CqlKind.TEXT);
    }

    @Override
    public void parse(String text, ByteSink out) {
      if (Utf8.hasLoneSurrogate(text)) {
        throw path.error("holds an unpaired surrogate, which UTF-8 cannot encode");
      }
      out.put(text.getBytes(UTF_8));
    }

    @Override
    public void parse(ByteBuffer text, ByteSink out) {
      out.put(text);
    }
  }

  static final class AsciiParser extends ScalarParser {

    AsciiParser(ValuePath path) {
      super(path, CqlKind.ASCII);
    }

    @Override
    public void parse(String text, ByteSink out) {
      for (int i = 0; i < text.length(); i++) {
        if (text.charAt(i) >= 0x80) {
          throw path.error("holds a character that is not ASCII");
        }
      }
      out.put(text.getBytes(US_ASCII));
    }
  }

  static final class BlobParser extends ScalarParser {

    private final BlobForm form;

    BlobParser(ValuePath path, BlobForm form) {
      super(path, CqlKind.BLOB);
      this.form = form;
    }

    @Override
    public void parse(String text, ByteSink out) {
      byte[] literal = form == BlobForm.BASE64 ? null : parseLiteral(text);
      byte[] base64 = literal != null && form == BlobForm.LITERAL_FIRST ? null : parseBase64(text);
      if (literal != null && base64 != null) {
        throw path.error(
            "holds \""
                + excerpt(text)
                + "\", which is valid as Base64 and as a literal; choose the form with blobForm"
                + " (JSON) or dialect (CSV)");
      } else if (literal != null) {
        out.put(literal);
      } else if (base64 != null) {
        out.put(base64);
      } else {
        throw noValue(
            text,
            form == BlobForm.BASE64
                ? "; use Base64 with padding"
                : "; use Base64 with padding or a literal (0x and hexadecimal digits)");
      }
    }
  }

  static final class InetParser extends ScalarParser {

    InetParser(ValuePath path) {
      super(path, CqlKind.INET);
    }

    @Override
    public void parse(String text, ByteSink out) {
      byte[] address = InetText.parse(text);
      if (address == null) {
        throw noValue(text, "; use an IP address");
      }
      out.put(address);
    }
  }

  static final class UuidParser extends ScalarParser {

    private static final int LENGTH = 36;

    UuidParser(ValuePath path, CqlKind kind) {
      super(path, kind);
    }

    @Override
    public void parse(String text, ByteSink out) {
      if (text.length() != LENGTH) {
        throw noValue(text);
      }
      long high = 0;
      long low = 0;
      int digits = 0;
      for (int i = 0; i < LENGTH; i++) {
        char c = text.charAt(i);
        if (i == 8 || i == 13 || i == 18 || i == 23) {
          if (c != '-') {
            throw noValue(text);
          }
          continue;
        }
        int digit = hexDigit(c);
        if (digit < 0) {
          throw noValue(text);
        }
        if (digits++ < 16) {
          high = high << 4 | digit;
        } else {
          low = low << 4 | digit;
        }
      }
      if (kind == CqlKind.TIMEUUID && (high >> 12 & 0xf) != 1) {
        throw noValue(text, ": its version is not 1");
      }
      out.putLong(high);
      out.putLong(low);
    }
  }

  /** Writes the UTF-8 bytes unchanged. */
  static class Utf8Writer implements TextWriter {

    private final ValuePath path;

    Utf8Writer(ValuePath path) {
      this.path = path;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (!Utf8.isWellFormed(bytes, offset, length)) {
        throw path.error("holds text that is not well-formed UTF-8");
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.put(bytes, offset, length);
    }
  }

  static final class AsciiWriter extends Utf8Writer {

    private final ValuePath path;

    AsciiWriter(ValuePath path) {
      super(path);
      this.path = path;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        if (bytes.get(i) < 0) {
          throw path.error("holds a byte that is not ASCII");
        }
      }
    }
  }

  /** Writes Base64, or a hexadecimal literal where Base64 is ambiguous. */
  record BlobWriter() implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      // All bytes are valid in a blob.
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      putBlob(bytes, offset, length, out);
    }
  }

  record InetWriter(ValuePath path) implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      if (length != InetText.IPV4 && length != InetText.IPV6) {
        throw path.lengthError(CqlKind.INET, length);
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.putAscii(InetText.format(bytes, offset, length));
    }
  }

  static final class UuidWriter extends FixedWriter {

    private final boolean timeBased;

    UuidWriter(ValuePath path, CqlKind kind) {
      super(path, kind, 2 * Long.BYTES);
      this.timeBased = kind == CqlKind.TIMEUUID;
    }

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      super.check(bytes, offset, length);
      if (timeBased && (bytes.get(offset + 6) & 0xf0) != 0x10) {
        throw path.error(
            "is a timeuuid whose version is not 1, which cannot be read back from text");
      }
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
          out.put('-');
        }
        byte b = bytes.get(offset + i);
        out.put((char) HEX[(b >> 4) & 0xf]);
        out.put((char) HEX[b & 0xf]);
      }
    }
  }

  /** Writes text that needs no escapes in quotes. */
  record QuotedWriter(TextWriter plain) implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      plain.check(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.put('"');
      plain.write(bytes, offset, length, out);
      out.put('"');
    }
  }

  /** Writes text in quotes, with escapes. */
  record EscapedWriter(TextWriter plain) implements TextWriter {

    @Override
    public void check(ByteBuffer bytes, int offset, int length) {
      plain.check(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes, int offset, int length, TextSink out) {
      out.put('"');
      int start = out.size();
      plain.write(bytes, offset, length, out);
      out.escapeJson(start);
      out.put('"');
    }
  }

  /** Appends the bytes in Base64, or as a literal if the Base64 text is also a valid literal. */
  static void putBlob(ByteBuffer bytes, int offset, int length, TextSink out) {
    int start = out.size();
    putBase64(bytes, offset, length, out);
    if (isLiteral(out.array(), start, out.size())) {
      out.resize(start);
      putLiteral(bytes, offset, length, out);
    }
  }

  private static void putBase64(ByteBuffer bytes, int offset, int length, TextSink out) {
    out.reserve(Math.multiplyExact(4, (int) ((length + 2L) / 3)));
    byte[] to = out.array();
    int t = out.size();
    int i = offset;
    int end = offset + length;
    for (; end - i >= 3; i += 3) {
      int bits =
          (bytes.get(i) & 0xff) << 16 | (bytes.get(i + 1) & 0xff) << 8 | (bytes.get(i + 2) & 0xff);
      to[t++] = ALPHABET[bits >> 18];
      to[t++] = ALPHABET[bits >> 12 & 0x3f];
      to[t++] = ALPHABET[bits >> 6 & 0x3f];
      to[t++] = ALPHABET[bits & 0x3f];
    }
    if (i < end) {
      boolean two = end - i == 2;
      int bits = (bytes.get(i) & 0xff) << 16 | (two ? (bytes.get(i + 1) & 0xff) << 8 : 0);
      to[t++] = ALPHABET[bits >> 18];
      to[t++] = ALPHABET[bits >> 12 & 0x3f];
      to[t++] = two ? ALPHABET[bits >> 6 & 0x3f] : (byte) '=';
      to[t++] = '=';
    }
    out.resize(t);
  }

  private static void putLiteral(ByteBuffer bytes, int offset, int length, TextSink out) {
    out.putAscii("0x");
    for (int i = offset; i < offset + length; i++) {
      byte b = bytes.get(i);
      out.put((char) HEX[(b >> 4) & 0xf]);
      out.put((char) HEX[b & 0xf]);
    }
  }

  private static boolean isLiteral(byte[] text, int start, int end) {
    if ((end - start) % 2 != 0
        || end - start < 2
        || text[start] != '0'
        || (text[start + 1] | 0x20) != 'x') {
      return false;
    }
    for (int i = start + 2; i < end; i++) {
      if (Character.digit(text[i], 16) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the bytes of a literal ({@code 0x} and an even number of digits); null if the text is
   * not a literal.
   */
  static byte @Nullable [] parseLiteral(String text) {
    if (text.length() % 2 != 0 || !(text.startsWith("0x") || text.startsWith("0X"))) {
      return null;
    }
    byte[] bytes = new byte[text.length() / 2 - 1];
    for (int i = 0; i < bytes.length; i++) {
      int high = hexDigit(text.charAt(2 * i + 2));
      int low = hexDigit(text.charAt(2 * i + 3));
      if (high < 0 || low < 0) {
        return null;
      }
      bytes[i] = (byte) (high << 4 | low);
    }
    return bytes;
  }

  /** Returns the value of an ASCII hexadecimal digit; -1 for other characters. */
  static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  /**
   * Returns the bytes of padded Base64; null if the text is not Base64 or if bits after the last
   * byte are set.
   */
  static byte @Nullable [] parseBase64(String text) {
    int length = text.length();
    if (length % 4 != 0) {
      return null;
    }
    int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    byte[] bytes = new byte[length / 4 * 3 - padding];
    int t = 0;
    for (int i = 0; i < length; i += 4) {
      int bits = 0;
      for (int k = i; k < i + 4; k++) {
        char c = text.charAt(k);
        int value = k >= length - padding ? 0 : c < 0x80 ? VALUES[c] : -1;
        if (value < 0) {
          return null;
        }
        bits = bits << 6 | value;
      }
      for (int shift = 16; shift >= 0; shift -= 8) {
        if (t < bytes.length) {
          bytes[t++] = (byte) (bits >> shift);
        } else if ((bits >> shift & 0xff) != 0) {
          return null;
        }
      }
    }
    return bytes;
  }
}
