package io.ringhaul.internal.text;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.cql.ValuePath;
import io.ringhaul.json.BlobForm;
import java.nio.ByteBuffer;

/** What is a string in JSON, but for dates, times and durations. */
final class TextParsers {

  private TextParsers() {}

  static final class Text extends ScalarParser {

    Text(ValuePath path) {
      super(path, CqlKind.TEXT);
    }

    @Override
    public void parse(String text, ByteSink out) {
      if (Utf8.hasLoneSurrogate(text)) {
        throw path.error("holds half a surrogate pair, which UTF-8 cannot hold");
      }
      out.put(text.getBytes(UTF_8));
    }

    @Override
    public void parse(ByteBuffer text, ByteSink out) {
      out.put(text);
    }
  }

  static final class Ascii extends ScalarParser {

    Ascii(ValuePath path) {
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

  static final class Blob extends ScalarParser {

    private final BlobForm form;

    Blob(ValuePath path, BlobForm form) {
      super(path, CqlKind.BLOB);
      this.form = form;
    }

    @Override
    public void parse(String text, ByteSink out) {
      byte[] literal = form == BlobForm.BASE64 ? null : BinaryText.parseLiteral(text);
      byte[] base64 =
          literal != null && form == BlobForm.LITERAL_FIRST ? null : BinaryText.parseBase64(text);
      if (literal != null && base64 != null) {
        throw path.error(
            "holds \""
                + excerpt(text)
                + "\", which can be Base64 and a blob literal; say which by the blob form");
      } else if (literal != null) {
        out.put(literal);
      } else if (base64 != null) {
        out.put(base64);
      } else {
        throw noValue(
            text,
            form == BlobForm.BASE64
                ? " in Base64 (with padding)"
                : " in Base64 (with padding) or as a literal (0x and digits)");
      }
    }
  }

  static final class Inet extends ScalarParser {

    Inet(ValuePath path) {
      super(path, CqlKind.INET);
    }

    @Override
    public void parse(String text, ByteSink out) {
      byte[] address = InetText.parse(text);
      if (address == null) {
        throw noValue(text, "; it takes an IP address");
      }
      out.put(address);
    }
  }

  static final class Uuid extends ScalarParser {

    private static final int LENGTH = 36;

    Uuid(ValuePath path, CqlKind kind) {
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
        int digit = BinaryText.hexDigit(c);
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
}
