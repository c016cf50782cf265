package io.ringhaul.internal.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.base.ParserBase;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.internal.files.FileContent;
import io.ringhaul.internal.files.SourceFile;
import io.ringhaul.internal.text.JsonInput;
import io.ringhaul.internal.text.RecordLimits;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the documents of a file, whether they follow each other or are the elements of one
 * array.
 *
 * <p>Text that is no document is told as a {@link MalformedRecordException}, and the next document
 * is read, where it is clear where that begins: on the next line, as long as each document stood on
 * a line of its own. Otherwise it ends the file with a {@link StorageException}.
 */
final class JsonRecords implements Closeable {

  private static final String NO_JSON = "is no JSON";

  private final SourceFile file;
  private final LongSupplier bytesRead;
  private final Charset encoding;
  private final JsonText text;
  private final JsonPositions json;

  private long number;
  private boolean inArray;

  /** The depth within the document at hand; 0 between documents. */
  private int depth;

  /** The record at hand, or the last one. */
  private long start;

  private long startLine = 1;
  private long end;
  private boolean hasRecord;

  /** Where the search for the next record begins. */
  private long rest;

  private long restLine = 1;

  /** The line on which the record before ends; 0 for none. */
  private long lastLine;

  /** Whether the document at hand begins on the line where the one before it ended. */
  private boolean sharesLine;

  /** Whether a document was of several lines, or on the line where the one before it ended. */
  private boolean mixesLines;

  JsonRecords(SourceFile file, JsonSettings settings) throws IOException {
    this(file, settings, file.openText(settings.encoding()));
  }

  private JsonRecords(SourceFile file, JsonSettings settings, FileContent content)
      throws IOException {
    this(file, settings, content, content::bytesRead);
  }

  JsonRecords(SourceFile file, JsonSettings settings, InputStream content) throws IOException {
    this(file, settings, content, () -> -1);
  }

  private JsonRecords(
      SourceFile file, JsonSettings settings, InputStream content, LongSupplier bytesRead)
      throws IOException {
    this.file = file;
    this.encoding = settings.encoding();
    this.bytesRead = bytesRead;
    try {
      text = new JsonText(content, encoding, settings.maxRecordSize());
      rest = text.position();
      json = new JsonPositions(text);
    } catch (IOException | RuntimeException e) {
      content.close();
      throw e;
    }
  }

  /** The parser, for reading the document at hand. */
  JsonParser json() {
    return json.parser();
  }

  /**
   * Goes to the next document's opening brace from the {@linkplain #end() end} of the one before;
   * false after the last one.
   *
   * @throws MalformedRecordException if there is something else; the next call goes on behind it
   * @throws StorageException if there is something else, and no telling what is behind it
   */
  boolean next() throws IOException {
    hasRecord = false;
    text.keepFrom(rest);
    JsonToken token;
    try {
      token = json.parser().nextToken();
      if (token == JsonToken.START_ARRAY && number == 0 && !inArray) {
        inArray = true;
        rest = json.place() + 1;
        restLine = json.line();
        token = json.parser().nextToken();
      }
    } catch (JsonProcessingException e) {
      number++;
      throw lost(NO_JSON, e);
    }
    if (inArray && token == JsonToken.END_ARRAY) {
      requireEnd();
      return false;
    }
    if (token == null && !inArray) {
      return false;
    }
    number++;
    if (token == null) {
      throw fatal("ends before the end of its array", null);
    }
    start = json.place();
    startLine = json.line();
    if (token != JsonToken.START_OBJECT) {
      throw noObject();
    }
    sharesLine = startLine == lastLine;
    depth = json.parser().getParsingContext().getNestingDepth();
    return true;
  }

  /**
   * Goes to the end of the document at hand, wherever in it the parser stands.
   *
   * @throws MalformedRecordException if it holds bytes that are no text
   */
  void end() throws IOException {
    while (json.parser().getParsingContext().getNestingDepth() >= depth) {
      json.parser().nextToken();
    }
    depth = 0;
    end = json.place() + 1;
    rest = end;
    restLine = json.line();
    lastLine = restLine;
    mixesLines |= sharesLine || restLine > startLine;
    hasRecord = true;
    if (text.hasEscapes(start, end)) {
      throw new MalformedRecordException(place(noText()), null);
    }
  }

  /** Bytes of the file that were read so far; -1 if that is not known. */
  long bytesRead() {
    return bytesRead.getAsLong();
  }

  /** The file, if none of its first records is a document. */
  StorageException noDocument(BulkOperationException first) {
    return new StorageException(
        file.toString(),
        String.format("The file %s %s there: %s", file, NO_JSON, first.getMessage()),
        first);
  }

  /** The file, if one of its first records has more fields than a table may be asked for. */
  StorageException tooManyFields(int most) {
    return new StorageException(
        file.toString(), place(" " + RecordLimits.tooManyColumns(most)), null);
  }

  /** The record at hand, or the one that was refused; empty if there is none. */
  Optional<SourceRecord> record() {
    return hasRecord
        ? Optional.of(
            new SourceRecord(
                file.toString(), "line", startLine, Optional.ofNullable(text.bytes(start, end))))
        : Optional.empty();
  }

  private String noText() {
    return " holds bytes that are no " + encoding.name();
  }

  /** What is wrong with the record at hand, with its place. */
  String place(String what) {
    return String.format("Row %d (line %d) of %s%s", number, startLine, file, what);
  }

  /** The failure to read on from here: of the record alone, if the next one can be read. */
  BulkOperationException failure(IOException cause) {
    try {
      return cause instanceof JsonProcessingException e ? lost(NO_JSON, e) : file.unreadable(cause);
    } catch (IOException e) {
      return file.unreadable(e);
    }
  }

  /** After the array's end there is nothing more. */
  private void requireEnd() throws IOException {
    try {
      if (json.parser().nextToken() == null) {
        return;
      }
    } catch (JsonProcessingException e) {
      throw fatal("goes on after the end of its array", e);
    }
    throw fatal("goes on after the end of its array", null);
  }

  /** The parser stands at a value that is no object. */
  private BulkOperationException noObject() throws IOException {
    String what = "has something else than an object";
    if (!inArray) {
      return lost(what, null);
    }
    try {
      json.parser().skipChildren();
    } catch (JsonProcessingException e) {
      return lost(NO_JSON, e);
    }
    end = json.endPlace();
    rest = end;
    restLine = json.endLine();
    lastLine = restLine;
    hasRecord = true;
    return new MalformedRecordException(place(" " + what), null);
  }

  /**
   * The parser cannot go on: finds the next line, if records are on lines.
   *
   * @return what is to be thrown
   */
  private BulkOperationException lost(String what, @Nullable JsonProcessingException cause)
      throws IOException {
    boolean isBetween = depth == 0 && cause != null;
    depth = 0;
    if (isBetween && !text.keeps(rest)) {
      return fatal(what, cause);
    }
    if (isBetween) {
      findStart();
    }
    // What is too large to be kept has its line break behind what was read of it.
    long from = isTooLarge(cause) && !text.keeps(start) ? text.position() : start;
    if (mixesLines || !text.keeps(from) || text.at(from) < 0) {
      return fatal(what, cause);
    }
    String message = place(" " + message(what, cause));
    long lineBreak = text.lineBreak(from);
    if (number == 1 && text.keeps(start) && text.isAlone('{', start, lineBreak)) {
      return fatal(what, cause);
    }
    end = inArray && text.keeps(start) ? text.trimmed(start, lineBreak, ',') : lineBreak;
    hasRecord = true;
    if (text.hasEscapes(start, end)) {
      message = place(noText());
    }
    readFrom(lineBreak);
    return new MalformedRecordException(message, cause);
  }

  /** Goes to the first character of what is no document. */
  private void findStart() throws IOException {
    skip(inArray ? ',' : ' ');
    start = rest;
    startLine = restLine;
  }

  /** Passes over blanks, line breaks and another character; gives what follows, -1 at the end. */
  private int skip(int other) throws IOException {
    int c = text.at(rest);
    for (; JsonText.isBlank(c) || c == other; c = text.at(++rest)) {
      // What follows stays at hand, however much is kept before it.
      text.seek(rest);
      restLine += text.endsLine(rest) ? 1 : 0;
    }
    return c;
  }

  /** Begins anew behind the line break, or at the end of the file. */
  private void readFrom(long lineBreak) throws IOException {
    rest = lineBreak;
    restLine = startLine;
    lastLine = startLine;
    int next = skip(' ');
    if (inArray && rest > lineBreak) {
      // The element before is gone, and with it the comma that may stand before this one.
      rest += next == ',' ? 1 : 0;
      json.restartInArray(rest, restLine);
    } else {
      json.restart(rest, restLine);
    }
  }

  private StorageException fatal(String what, @Nullable JsonProcessingException cause) {
    String problem = message(what, cause);
    return new StorageException(
        file.toString(),
        String.format(
            isTooLarge(cause)
                ? "The file %s has a record that %s, in or after its row %d"
                : "The file %s %s, in or after its row %d",
            file,
            problem,
            Math.max(1, number)),
        cause);
  }

  private static boolean isTooLarge(@Nullable JsonProcessingException cause) {
    return cause instanceof JsonText.TooLarge;
  }

  private String message(String what, @Nullable JsonProcessingException cause) {
    if (cause != null && isTooLarge(cause)) {
      return cause.getOriginalMessage();
    }
    String reason = cause == null ? "" : " there: " + JsonInput.reason(cause);
    return what + reason + ": " + json.location(cause);
  }

  @Override
  public void close() throws IOException {
    json.close();
    text.close();
  }

  /** A parser of a file's text that tells its places in the file, wherever it was begun anew. */
  private static final class JsonPositions implements Closeable {

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
     * Begins anew at an element of an array. The parser has not seen the array begin, so that it
     * gets a bracket in the place of the character before the element, which is lost.
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
}
