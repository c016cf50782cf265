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
 * Parsers of JSON that take values of any length. Names are data here, the keys of maps, and are
 * not kept in a table of symbols.
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
   * A parser of text.
   *
   * @param in is not closed with the parser
   */
  public static JsonParser open(Reader in) throws IOException {
    return FACTORY.createParser(in).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
  }

  /** What a parser found wrong, for people. */
  public static String reason(JsonProcessingException failure) {
    return failure instanceof StreamConstraintsException
        ? "it nests values more than " + GREATEST_DEPTH + " deep"
        : failure.getOriginalMessage();
  }

  static JsonParser open(String text) throws IOException {
    return FACTORY.createParser(text);
  }
}
