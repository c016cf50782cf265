package io.ringhaul.internal.jackson;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads and writes the JSON that the library keeps for itself. Data files in JSON have a reader and
 * a writer of their own.
 */
public final class Json {

  /** Rejected rows and lists of files may be longer than Jackson's default of 20 MB. */
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .build();

  private Json() {}

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** Converts a record, or maps and lists of strings, numbers and booleans, to a tree. */
  public static JsonNode node(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** Returns a tree, a record, or maps and lists of strings, numbers and booleans as one line. */
  public static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain data can always be written as JSON", e);
    }
  }

  /** Returns what {@link #text} returns, in UTF-8. */
  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain data can always be written as JSON", e);
    }
  }

  /**
   * Parses any JSON.
   *
   * @throws IllegalArgumentException with Jackson's words, if the text is not JSON
   */
  public static JsonNode tree(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("it is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Parses a value.
   *
   * @param what what the text should be, for the error message
   * @throws IllegalArgumentException if the text is not a value of the type
   */
  public static <T> T read(String text, Class<T> type, String what) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not " + what + ": " + text, e);
    }
  }

  /**
   * Parses a value of a generic type.
   *
   * @param what what the text should be, for the error message
   * @throws IllegalArgumentException if the text is not a value of the type
   */
  public static <T> T read(String text, TypeReference<T> type, String what) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Not " + what + ": " + text, e);
    }
  }

  /** Opens a parser of one value after the other, with {@code readValueAsTree} for their trees. */
  public static JsonParser parser(InputStream in) throws IOException {
    return MAPPER.createParser(in);
  }
}
