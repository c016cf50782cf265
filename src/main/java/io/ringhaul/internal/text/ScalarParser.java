package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.CqlKind;
import io.ringhaul.internal.cql.ValuePath;
import java.io.IOException;
import java.util.Locale;

/**
 * Parses a value that is one JSON token. It parses the text of the token, so that no digits are
 * lost to a number type.
 */
abstract class ScalarParser implements ValueParser {

  private static final int GREATEST_EXCERPT = 100;

  final ValuePath path;
  final CqlKind kind;

  ScalarParser(ValuePath path, CqlKind kind) {
    this.path = path;
    this.kind = kind;
  }

  /**
   * Returns true if values of this type may be tokens of that kind; strings are always accepted.
   */
  boolean takes(JsonToken token) {
    return false;
  }

  @Override
  public final void parse(JsonParser json, ByteSink out) throws IOException {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_STRING && !takes(token)) {
      throw path.error(
          "is a JSON "
              + describe(token)
              + " where a value of type "
              + kind.cqlName()
              + " is required");
    }
    parse(json.getText(), out);
  }

  /** Returns the error for a text that is not a value of the type. */
  final UnrepresentableValueException noValue(String text) {
    return noValue(text, "");
  }

  /** Returns the error for a text that is not a value of the type, with a hint. */
  final UnrepresentableValueException noValue(String text, String hint) {
    return path.error(
        "holds \"" + excerpt(text) + "\", which is not a valid " + kind.cqlName() + hint);
  }

  static String excerpt(String text) {
    return text.length() <= GREATEST_EXCERPT
        ? text
        : text.substring(0, GREATEST_EXCERPT) + "... (" + text.length() + " characters)";
  }

  static String describe(JsonToken token) {
    return switch (token) {
      case START_OBJECT, END_OBJECT -> "object";
      case START_ARRAY, END_ARRAY -> "array";
      case VALUE_STRING -> "string";
      case VALUE_NUMBER_INT -> "integer";
      case VALUE_NUMBER_FLOAT -> "number";
      case VALUE_TRUE, VALUE_FALSE -> "boolean";
      case VALUE_NULL -> "null";
      default -> token.name().toLowerCase(Locale.ROOT);
    };
  }
}
