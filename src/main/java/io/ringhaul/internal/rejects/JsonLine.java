package io.ringhaul.internal.rejects;

import io.ringhaul.format.RecordForm;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Builds one JSON object on its own line, field by field. */
final class JsonLine {

  private static final String HEX_DIGITS = "0123456789abcdef";
  private static final char FIRST_PRINTABLE = ' ';

  private final StringBuilder text = new StringBuilder("{");

  JsonLine put(String name, String value) {
    field(name);
    quote(value);
    return this;
  }

  JsonLine put(String name, long value) {
    field(name);
    text.append(value);
    return this;
  }

  /**
   * Adds bytes as a string if they are valid UTF-8, otherwise as an object with their hex digits.
   */
  JsonLine putText(String name, byte[] bytes) {
    field(name);
    try {
      quote(
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(bytes))
              .toString());
    } catch (CharacterCodingException e) {
      text.append("{\"hex\":");
      hex(ByteBuffer.wrap(bytes));
      text.append('}');
    }
    return this;
  }

  /** Adds an object with the form of a file of records. */
  JsonLine putForm(String name, RecordForm form) {
    field(name);
    text.append('{');
    put(RecordFiles.EXTENSION, form.extension());
    putText(RecordFiles.HEADER, bytes(form.header()));
    putText(RecordFiles.LINE_END, bytes(form.lineEnd()));
    text.append('}');
    return this;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** Adds an object with the value of each column in hex; columns without a value are null. */
  JsonLine putHex(String name, List<ColumnDescription> columns, RawRow row) {
    field(name);
    text.append('{');
    for (int i = 0; i < columns.size(); i++) {
      field(columns.get(i).name());
      ByteBuffer value = row.bytes(i);
      if (value == null) {
        text.append("null");
      } else {
        hex(value);
      }
    }
    text.append('}');
    return this;
  }

  /** Returns the text so far. */
  @Override
  public String toString() {
    return text.toString();
  }

  /** Returns the complete line in UTF-8, with its line end. */
  byte[] end() {
    return text.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private void field(String name) {
    if (text.charAt(text.length() - 1) != '{') {
      text.append(',');
    }
    quote(name);
    text.append(':');
  }

  private void hex(ByteBuffer value) {
    text.append('"');
    for (int at = value.position(); at < value.limit(); at++) {
      byte b = value.get(at);
      text.append(HEX_DIGITS.charAt((b >> 4) & 0xf)).append(HEX_DIGITS.charAt(b & 0xf));
    }
    text.append('"');
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < FIRST_PRINTABLE || Character.isSurrogate(c)) {
        // A lone surrogate cannot be encoded in UTF-8.
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
