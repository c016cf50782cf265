package io.ringhaul.internal.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.Reader;

/**
 * Creates JSON parsers without limits on the length of values. Field names are data (keys of maps),
 * so the parsers do not intern them.
 */
public final class JsonInput {

  private static final int GREATEST_DEPTH = 10_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNestingDepth(GREATEST_DEPTH)
                  .build())
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private JsonInput() {}

  /**
   * Opens a parser of characters.
   *
   * @param in stays open when the parser is closed
   */
  public static JsonParser open(Reader in) throws IOException {
    return FACTORY.createParser(in).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
  }

  /** Returns the reason of a parse failure for a message. */
  public static String reason(JsonProcessingException failure) {
    return failure instanceof StreamConstraintsException
        ? "values are nested more than " + GREATEST_DEPTH + " levels deep"
        : failure.getOriginalMessage();
  }

  static JsonParser open(String text) throws IOException {
    return FACTORY.createParser(text);
  }
}
