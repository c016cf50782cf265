package io.ringhaul.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Parsers of JSON that take values of any length. Names are data here, the keys of maps, and are
 * not kept in a table of symbols.
 */
public final class JsonInput {

  private static final int GREATEST_DEPTH = 10_000;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

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
   * A parser of UTF-8, with or without byte order mark. Bytes that are none are an {@link
   * IOException}: to replace them, as Java does by default, would change the value in silence.
   *
   * @param in is closed with the parser
   */
  public static JsonParser open(InputStream in) throws IOException {
    PushbackInputStream content = new PushbackInputStream(in, BYTE_ORDER_MARK.length);
    byte[] start = content.readNBytes(BYTE_ORDER_MARK.length);
    if (!Arrays.equals(start, BYTE_ORDER_MARK)) {
      content.unread(start);
    }
    Reader reader =
        new InputStreamReader(
            content,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    return FACTORY.createParser(reader).enable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
  }

  static JsonParser open(String text) throws IOException {
    return FACTORY.createParser(text);
  }
}
