package io.ringhaul.internal.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.datastax.oss.driver.api.core.type.DataType;
import com.fasterxml.jackson.core.JsonParser;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.Utf8;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes and reads the text of one value of a column {@code v}. */
final class Texts {

  private Texts() {}

  static ColumnDescription column(DataType type) {
    return new ColumnDescription("v", type, Kind.REGULAR);
  }

  static ColumnDescription keyColumn(DataType type) {
    return new ColumnDescription("v", type, Kind.PARTITION_KEY);
  }

  static String plain(DataType type, ByteBuffer value) {
    return write(TextWriters.plain(column(type)), value);
  }

  static String json(DataType type, ByteBuffer value) {
    return write(TextWriters.json(column(type)), value);
  }

  static String write(TextWriter writer, ByteBuffer value) {
    TextSink out = new TextSink(0);
    writer.check(value);
    writer.write(value, out);
    return new String(out.array(), 0, out.size(), UTF_8);
  }

  static String readPlain(DataType type, String text) {
    return readPlain(type, text, TextOptions.defaults());
  }

  static String readPlain(DataType type, String text, TextOptions options) {
    TextReader reader = TextReader.of(column(type), options);
    if (!Utf8.hasLoneSurrogate(text)) {
      requireAlike(text, readBytes(reader, text), readText(reader, text));
    }
    return hex(reader.read(text));
  }

  private static void requireAlike(
      String text, @Nullable String fromBytes, @Nullable String fromText) {
    if (!Objects.equals(fromBytes, fromText)) {
      throw new AssertionError(
          text + " is " + fromBytes + " as bytes and " + fromText + " as text");
    }
  }

  private static @Nullable String readText(TextReader reader, String text) {
    try {
      return hex(reader.read(text));
    } catch (UnrepresentableValueException e) {
      return null;
    }
  }

  /** Reads the text as UTF-8 bytes; null if the reader rejects it. */
  private static @Nullable String readBytes(TextReader reader, String text) {
    ByteSink out = new ByteSink(0);
    // The text does not start at index 0, as in a file.
    ByteBuffer bytes = ByteBuffer.wrap((" " + text + ",").getBytes(UTF_8));
    try {
      reader.read(bytes.position(1).limit(bytes.limit() - 1), out);
    } catch (UnrepresentableValueException e) {
      return null;
    }
    return hex(out.toBuffer());
  }

  static String readJson(DataType type, String text) {
    return readJson(type, text, TextOptions.defaults());
  }

  /** Returns the value as hexadecimal digits; fails if text is left. */
  static String readJson(DataType type, String text, TextOptions options) {
    try (JsonParser json = JsonInput.open(new StringReader(text))) {
      json.nextToken();
      ByteSink out = new ByteSink(0);
      boolean isNull = !TextReader.of(column(type), options).read(json, out);
      String hex = hex(isNull ? null : out.toBuffer());
      if (json.nextToken() != null) {
        throw new AssertionError("text after the value: " + text);
      }
      return hex;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String hex(@Nullable ByteBuffer value) {
    return value == null ? "null" : CqlBytes.hex(value);
  }
}
