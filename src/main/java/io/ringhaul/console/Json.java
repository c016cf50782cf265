package io.ringhaul.console;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** JSON as the console writes and reads it: what it reads must be exactly what it knows. */
final class Json {

  static final String TYPE = "application/json";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private Json() {}

  /** The text of a value: a record, or maps and lists of texts and numbers. */
  static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("A value of the console is no JSON", e);
    }
  }

  /** A value that is JSON already. */
  static Object tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("The job store holds a text that is no JSON", e);
    }
  }

  /**
   * Reads the body of a request.
   *
   * @throws CallRefusal if it is not JSON of that type
   */
  static <T extends Record> T read(byte[] body, Class<T> type) {
    try {
      // As a text, so that bytes that are no UTF-8 are found wherever they are.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      T value = MAPPER.readValue(text, type);
      if (value == null) {
        throw CallRefusal.bad("The body is null; it takes an object");
      }
      return value;
    } catch (CharacterCodingException e) {
      throw CallRefusal.bad("The body is not UTF-8");
    } catch (UnrecognizedPropertyException e) {
      throw CallRefusal.bad(
          "The body has '" + e.getPropertyName() + "'; it takes " + names(e.getKnownPropertyIds()));
    } catch (MismatchedInputException e) {
      throw CallRefusal.bad(mismatch(e));
    } catch (JsonMappingException e) {
      throw CallRefusal.bad("The body cannot be read at " + path(e));
    } catch (JsonProcessingException e) {
      throw CallRefusal.bad(unreadable(e.getLocation()));
    }
  }

  /**
   * @param at is null where the body goes beyond the parser's own bounds
   */
  private static String unreadable(@Nullable JsonLocation at) {
    return at == null
        ? "The body has too long a number or name, or too many levels"
        : "The body is no JSON: line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static String mismatch(MismatchedInputException e) {
    if (e.getPath().isEmpty()) {
      return "The body takes one JSON object";
    }
    return "The value of " + path(e) + " takes " + kind(e.getTargetType());
  }

  private static String kind(Class<?> type) {
    if (Map.class.isAssignableFrom(type)) {
      return "an object of texts";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list of texts";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    return type == String.class ? "a text" : "a whole number";
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(
            part -> part.getFieldName() == null ? "[" + part.getIndex() + "]" : part.getFieldName())
        .collect(Collectors.joining(".", "'", "'"));
  }

  private static String names(Collection<?> known) {
    return known.stream()
        .map(String::valueOf)
        .collect(Collectors.toCollection(TreeSet::new))
        .toString()
        .replaceAll("[\\[\\]]", "");
  }
}
