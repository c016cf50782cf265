package io.ringhaul.internal.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.base.ParserBase;
import io.ringhaul.internal.text.JsonInput;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A parser of a file's text that tells its places in the file, wherever it was begun anew. */
final class JsonPositions implements Closeable {

  private final JsonText text;
  private JsonParser parser;
  private ParserBase token;

  /** Where the parser began to read: what it takes for place 0 and line 1. */
  private long start;

  private long startLine = 1;

  /** Begins at the text's next character. */
  JsonPositions(JsonText text) throws IOException {
    this.text = text;
    this.start = text.position();
    this.parser = JsonInput.open(text);
    this.token = (ParserBase) parser;
  }

  /** The parser, until it is begun anew. */
  JsonParser parser() {
    return parser;
  }

  /** The place of the bracket that the parser stands at. */
  long place() {
    return start + token.getTokenCharacterOffset() - 1;
  }

  /** The line of the token that the parser stands at, counted from 1. */
  long line() {
    return startLine + token.getTokenLineNr() - 1;
  }

  /** The place behind the value that the parser stands at. */
  long endPlace() throws IOException {
    parser.finishToken();
    return start + parser.currentLocation().getCharOffset();
  }

  /** The line of {@link #endPlace()}. */
  long endLine() {
    return startLine + parser.currentLocation().getLineNr() - 1;
  }

  /** Where the parser stands, or where it failed, for people. */
  String location(@Nullable JsonProcessingException failure) {
    JsonLocation failed = failure == null ? null : failure.getLocation();
    // What is nested too deeply fails without one.
    JsonLocation location = failed == null ? parser.currentLocation() : failed;
    return String.format(
        "line %d, column %d", startLine + location.getLineNr() - 1, location.getColumnNr());
  }

  /** Begins anew at the place, which is kept. */
  void restart(long place, long line) throws IOException {
    parser.close();
    start = place;
    startLine = line;
    text.seek(place);
    parser = JsonInput.open(text);
    token = (ParserBase) parser;
  }

  /**
   * Begins anew at an element of an array. The parser has not seen the array begin, so that it gets
   * a bracket in the place of the character before the element, which is lost.
   */
  void restartInArray(long place, long line) throws IOException {
    text.replace(place - 1, '[');
    restart(place - 1, line);
    parser.nextToken();
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
