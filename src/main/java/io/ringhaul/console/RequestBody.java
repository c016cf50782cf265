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
import io.javalin.http.BadRequestResponse;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** The JSON in the body of a request. Unknown or mistyped properties are errors. */
final class RequestBody {

  static final String JSON = "application/json";

  /** The largest body in bytes. */
  static final int MOST_BYTES = 64 * 1024;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private RequestBody() {}

  /** Returns true if the headers of a request announce JSON. */
  static boolean isJson(HttpFields headers) {
    String type = Objects.requireNonNullElse(headers.get(HttpHeader.CONTENT_TYPE), "");
    return type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(JSON);
  }

  /**
   * Parses the body.
   *
   * @throws BadRequestResponse if the body is not JSON of that type
   */
  static <T extends Record> T read(byte[] body, Class<T> type) {
    try {
      // Decodes the text first, so that invalid UTF-8 is detected everywhere.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      T value = MAPPER.readValue(text, type);
      if (value == null) {
        throw new BadRequestResponse("The body is null; it must be an object");
      }
      return value;
    } catch (CharacterCodingException e) {
      throw new BadRequestResponse("The body is not UTF-8");
    } catch (UnrecognizedPropertyException e) {
      throw new BadRequestResponse(
          "Unknown property '"
              + e.getPropertyName()
              + "' in the body; the properties are "
              + names(e.getKnownPropertyIds()));
    } catch (MismatchedInputException e) {
      throw new BadRequestResponse(mismatch(e));
    } catch (JsonMappingException e) {
      throw new BadRequestResponse("The body cannot be read at " + path(e));
    } catch (JsonProcessingException e) {
      throw new BadRequestResponse(unreadable(e.getLocation()));
    }
  }

  /**
   * Returns the message for invalid JSON.
   *
   * @param at null if the body exceeds a limit of the parser
   */
  private static String unreadable(@Nullable JsonLocation at) {
    return at == null
        ? "The body has a number or name that is too long, or is nested too deeply"
        : "The body is invalid JSON at line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  private static String mismatch(MismatchedInputException e) {
    if (e.getPath().isEmpty()) {
      return "The body must be one JSON object";
    }
    return "The value of " + path(e) + " must be " + kind(e.getTargetType());
  }

  private static String kind(Class<?> type) {
    if (Map.class.isAssignableFrom(type)) {
      return "an object with string values";
    }
    if (Collection.class.isAssignableFrom(type)) {
      return "a list of strings";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    return type == String.class ? "a string" : "a whole number";
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
