package io.ringhaul.internal.parquet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.InetText;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.UUID;

/** What is a string in Iceberg, but for numerals. */
final class TextEncoders {

  private TextEncoders() {}

  /**
   * The text of a string, or of its bytes where it comes from a file: {@link TextBytes}.
   *
   * @throws UnrepresentableValueException if the bytes are no text; nothing is replaced
   */
  static String text(ValuePath path, Object value) {
    if (value instanceof ByteBuffer bytes) {
      requireWellFormed(path, bytes);
      return UTF_8.decode(bytes.duplicate()).toString();
    }
    return ((CharSequence) value).toString();
  }

  private static void requireWellFormed(ValuePath path, ByteBuffer bytes) {
    if (!Utf8.isWellFormed(bytes, bytes.position(), bytes.remaining())) {
      throw path.error("holds bytes that are not well-formed UTF-8");
    }
  }

  record Text(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      if (value instanceof ByteBuffer bytes) {
        requireWellFormed(path, bytes);
        out.put(bytes);
        return;
      }
      String text = ((CharSequence) value).toString();
      if (Utf8.hasLoneSurrogate(text)) {
        throw path.error("holds half a surrogate pair, which UTF-8 cannot hold");
      }
      out.put(text.getBytes(UTF_8));
    }
  }

  record Ascii(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = TextEncoders.text(path, value);
      if (text.chars().anyMatch(c -> c >= 0x80)) {
        throw path.error("holds a character that is not ASCII");
      }
      out.put(text.getBytes(US_ASCII));
    }
  }

  record Inet(ValuePath path) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = TextEncoders.text(path, value);
      byte[] address = InetText.parse(text);
      if (address == null) {
        throw path.error("holds \"" + text + "\", which is no IP address");
      }
      out.put(address);
    }
  }

  record UuidText(ValuePath path, ScalarEncoders.Uuid uuids) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      String text = TextEncoders.text(path, value);
      uuids.encode(parse(text), out);
    }

    private UUID parse(String text) {
      try {
        UUID uuid = UUID.fromString(text);
        // Java also takes shortened groups.
        if (uuid.toString().equals(text.toLowerCase(Locale.ROOT))) {
          return uuid;
        }
      } catch (IllegalArgumentException e) {
        // Told below, together with what Java takes and is none.
      }
      throw path.error("holds \"" + text + "\", which is no UUID");
    }
  }
}
