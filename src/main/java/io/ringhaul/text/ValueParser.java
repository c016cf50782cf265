package io.ringhaul.text;

import com.fasterxml.jackson.core.JsonParser;
import io.ringhaul.cql.ByteSink;
import java.io.IOException;

/** Appends the serialized form of one kind of value, without a length before it. */
interface ValueParser {

  /**
   * Appends the value of a plain text.
   *
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if it is none
   */
  void parse(String text, ByteSink out);

  /**
   * Appends the value of a JSON value other than null.
   *
   * @param json stands at the value's first token and is left at its last
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if it is none
   */
  void parse(JsonParser json, ByteSink out) throws IOException;
}
