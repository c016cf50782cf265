package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonParser;
import io.ringhaul.internal.cql.ByteSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Appends the serialized form of one kind of value, without a preceding length. */
interface ValueParser {

  /**
   * Appends the value of a plain text.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the text is not a value of this
   *     kind
   */
  void parse(String text, ByteSink out);

  /**
   * Appends the value of a plain text that is well-formed UTF-8.
   *
   * @param text from position to limit; position and limit are not changed
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the text is not a value of this
   *     kind
   */
  default void parse(ByteBuffer text, ByteSink out) {
    parse(
        new String(
            text.array(),
            text.arrayOffset() + text.position(),
            text.remaining(),
            StandardCharsets.UTF_8),
        out);
  }

  /**
   * Appends the value of a JSON value other than null.
   *
   * @param json stands at the value's first token and is left at its last
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if the JSON value is not a value
   *     of this kind
   */
  void parse(JsonParser json, ByteSink out) throws IOException;
}
