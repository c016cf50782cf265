package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.schema.ColumnDescription;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads text as serialized CQL values of one column. It is strict: a text that does not say exactly
 * one value of the column's type is refused. What {@link TextWriters} wrote comes back byte for
 * byte, but for unusual spellings outside the partition key: a varint with more bytes than it
 * needs, a tuple that ends before its last field, an empty collection of zero bytes, a true of
 * another byte than 1.
 *
 * <p>Floats and doubles take the value nearest to the text, but never an infinity or zero for a
 * number that is neither. A reader keeps no state and can be shared by threads.
 */
public final class TextReader {

  private final ValueParser parser;

  private TextReader(ValueParser parser) {
    this.parser = parser;
  }

  /**
   * The reader of a column.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the column is of a type without
   *     a text form
   */
  public static TextReader of(ColumnDescription column, TextOptions options) {
    return new TextReader(ValueParsers.of(column, options));
  }

  /**
   * The value of a plain text, ready to be read, never null. The empty text is the empty value of
   * ascii, text and blob, and no value of other types.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the text is no value of the
   *     column's type, with the path to what is wrong
   */
  public ByteBuffer read(String text) {
    ByteSink out = new ByteSink(0);
    parser.parse(text, out);
    return out.toBuffer();
  }

  /**
   * Appends the value of a plain text, as {@link #read(String)} gives it.
   *
   * @param text well-formed UTF-8 in an array, from the position to the limit; both stay
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the text is no value of the
   *     column's type, with the path to what is wrong; something may have been appended then
   */
  public void read(ByteBuffer text, ByteSink out) {
    parser.parse(text, out);
  }

  /**
   * Appends the value of a JSON value.
   *
   * @param json stands at the value's first token and is left at its last
   * @return whether it has one: false for null
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if it is no value of the column's
   *     type, with the path to what is wrong; the parser then stands somewhere within the value
   * @throws IOException if the text is no JSON
   */
  public boolean read(JsonParser json, ByteSink out) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return false;
    }
    parser.parse(json, out);
    return true;
  }
}
