package io.ringhaul.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.datastax.oss.driver.api.core.type.DataType;
import com.fasterxml.jackson.core.JsonParser;
import io.ringhaul.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One value of one column {@code v}, to text and back. */
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
    return hex(TextReader.of(column(type), options).read(text));
  }

  static String readJson(DataType type, String text) {
    return readJson(type, text, TextOptions.defaults());
  }

  /** The value as hexadecimal digits; the whole text must be read. */
  static String readJson(DataType type, String text, TextOptions options) {
    try (JsonParser json = JsonInput.open(new StringReader(text))) {
      json.nextToken();
      String hex = hex(TextReader.of(column(type), options).read(json));
      if (json.nextToken() != null) {
        throw new AssertionError("goes on after its value: " + text);
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
