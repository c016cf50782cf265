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
 * Reads the documents of a file, which follow each other or are the elements of one array.
 *
 * <p>Text that is not a document is reported as a {@link MalformedRecordException} if the start of
 * the next document is known: it is the next line, as long as each document had its own line.
 * Otherwise a {@link StorageException} ends the file.
 */
final class JsonRecords implements Closeable {

  private static final String NO_JSON = "is not valid JSON";

  private final SourceFile file;
  private final LongSupplier bytesRead;
  private final Charset encoding;
  private final JsonText text;
  private final JsonPositions json;

  private long number;
  private boolean inArray;

  /** The nesting depth of the current document; 0 between documents. */
  private int depth;

  /** The position of the current or last record. */
  private long start;

  private long startLine = 1;
  private long end;
  private boolean hasRecord;

  /** The position at which the search for the next record begins. */
  private long rest;

  private long restLine = 1;

  /** The line on which the previous record ended; 0 for none. */
  private long lastLine;

  /** True if the current document begins on the line on which the previous one ended. */
  private boolean sharesLine;

  /**
   * True after a document that spanned lines or began on the line on which the previous one ended.
   */
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

  /** Returns the parser, for reading the current document. */
  JsonParser json() {
    return json.parser();
  }

  /**
   * Moves from the {@linkplain #end() end} of a document to the opening brace of the next one;
   * returns false after the last one.
   *
   * @throws MalformedRecordException if the next record is not a document; the next call continues
   *     after it
   * @throws StorageException if the next record is not a document and its end is unknown
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
      throw fatal("ends within its array", null);
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
   * Moves to the end of the current document from any position within it.
   *
   * @throws MalformedRecordException if the document has bytes that are invalid in the encoding
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

  /** Returns the bytes of the file that the documents so far have; -1 if unknown. */
  long bytesRead() {
    long taken = bytesRead.getAsLong();
    return taken < 0 ? taken : (long) (taken * text.shareBefore(rest));
  }

  /** Returns the failure of a file without a document among its first records. */
  StorageException noDocument(BulkOperationException first) {
    return new StorageException(
        file.toString(),
        String.format("%s %s: %s", file.subject(), NO_JSON, first.getMessage()),
        first);
  }

  /** Returns the failure of a file with too many fields in one of its first records. */
  StorageException tooManyFields(int most) {
    return new StorageException(
        file.toString(), place(" " + RecordLimits.tooManyColumns(most)), null);
  }

  /** Returns the current or rejected record; empty if there is none. */
  Optional<SourceRecord> record() {
    return hasRecord
        ? Optional.of(
            new SourceRecord(
                file.toString(), "line", startLine, Optional.ofNullable(text.bytes(start, end))))
        : Optional.empty();
  }

  private String noText() {
    return " holds bytes that are not valid " + encoding.name();
  }

  /** Returns a message with the position of the current record. */
  String place(String what) {
    return String.format("Row %d (line %d) of %s%s", number, startLine, file, what);
  }

  /** Returns the failure of reading: of the record only, if the next record can be read. */
  BulkOperationException failure(IOException cause) {
    try {
      return cause instanceof JsonProcessingException e ? lost(NO_JSON, e) : file.unreadable(cause);
    } catch (IOException e) {
      return file.unreadable(e);
    }
  }

  /** Checks that nothing follows the array. */
  private void requireEnd() throws IOException {
    try {
      if (json.parser().nextToken() == null) {
        return;
      }
    } catch (JsonProcessingException e) {
      throw fatal("has text after the end of its array", e);
    }
    throw fatal("has text after the end of its array", null);
  }

  /** Handles a value that is not an object. */
  private BulkOperationException noObject() throws IOException {
    String what = "has a value that is not an object";
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
   * Handles a failure of the parser: finds the next line if each record has its own line.
   *
   * @return the exception to throw
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
    // The line end of a record that was too large to keep is after the text read so far.
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

  /** Moves to the first character of text that is not a document. */
  private void findStart() throws IOException {
    skip(inArray ? ',' : ' ');
    start = rest;
    startLine = restLine;
  }

  /** Skips blanks, line ends and another character; returns the next character, -1 at the end. */
  private int skip(int other) throws IOException {
    int c = text.at(rest);
    for (; JsonText.isBlank(c) || c == other; c = text.at(++rest)) {
      // Makes the next characters readable even if many are kept before them.
      text.seek(rest);
      restLine += text.endsLine(rest) ? 1 : 0;
    }
    return c;
  }

  /** Restarts the parser after the line break, or at the end of the file. */
  private void readFrom(long lineBreak) throws IOException {
    rest = lineBreak;
    restLine = startLine;
    lastLine = startLine;
    int next = skip(' ');
    if (inArray && rest > lineBreak) {
      // The previous element is skipped, so the comma before this one is skipped too.
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
                ? "%1$s has, in or after its row %3$d, a record that %2$s"
                : "%s %s, in or after its row %d",
            file.subject(),
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
    String reason = cause == null ? "" : ": " + JsonInput.reason(cause);
    return what + reason + ": " + json.location(cause);
  }

  @Override
  public void close() throws IOException {
    json.close();
    text.close();
  }

  /** A parser of the file's text that reports positions in the file across restarts. */
  private static final class JsonPositions implements Closeable {

    private final JsonText text;
    private JsonParser parser;
    private ParserBase token;

    /** The position in the file at which the parser started, its own position 0. */
    private long start;

    private long startLine = 1;

    /** Starts at the next character of the text. */
    JsonPositions(JsonText text) throws IOException {
      this.text = text;
      this.start = text.position();
      this.parser = JsonInput.open(text);
      this.token = (ParserBase) parser;
    }

    /** Returns the parser, valid until the next restart. */
    JsonParser parser() {
      return parser;
    }

    /** Returns the position of the bracket at which the parser stands. */
    long place() {
      return start + token.getTokenCharacterOffset() - 1;
    }

    /** Returns the line of the current token, counted from 1. */
    long line() {
      return startLine + token.getTokenLineNr() - 1;
    }

    /** Returns the position after the current value. */
    long endPlace() throws IOException {
      parser.finishToken();
      return start + parser.currentLocation().getCharOffset();
    }

    /** Returns the line of {@link #endPlace()}. */
    long endLine() {
      return startLine + parser.currentLocation().getLineNr() - 1;
    }

    /** Returns the position of the parser, or of the failure, for a message. */
    String location(@Nullable JsonProcessingException failure) {
      JsonLocation failed = failure == null ? null : failure.getLocation();
      // The failure of deep nesting has no location.
      JsonLocation location = failed == null ? parser.currentLocation() : failed;
      return String.format(
          "line %d, column %d", startLine + location.getLineNr() - 1, location.getColumnNr());
    }

    /** Restarts the parser at the position, which must be kept. */
    void restart(long place, long line) throws IOException {
      parser.close();
      start = place;
      startLine = line;
      text.seek(place);
      parser = JsonInput.open(text);
      token = (ParserBase) parser;
    }

    /**
     * Restarts the parser at an array element. The new parser needs an array start, so the
     * character before the element is replaced by a bracket.
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
