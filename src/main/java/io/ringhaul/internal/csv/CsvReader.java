package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.internal.text.RecordLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a UTF-8 file.
 *
 * <p>{@link #problem()} reports a malformed record, and the next call reads the next record. The
 * end of a malformed record is uncertain, because quotes may contain line breaks. If an earlier
 * valid record of the file contained a line break within quotes, the malformed record ends where
 * its quotes end. Otherwise an unclosed quote is more likely than a line break: the record ends
 * with its first line, so that no other record is lost.
 *
 * <p>Ringhaul has its own reader because FastCSV has no escape character, univocity (which DSBulk
 * uses) is unmaintained and cannot tell a quoted null word from an unquoted one, and both convert
 * bytes to Strings, which would have to be converted back.
 */
final class CsvReader {

  private static final int NONE = -2;

  /** Arrays are at most twice this long. */
  private static final int LARGEST_TEXT = 1 << 30;

  /** Each character of a record may be escaped, and a field takes two quotes and a delimiter. */
  private static final long TEXT_TO_RECORD = 3;

  private static final int LEAST_TEXT = 1 << 12;

  private final ByteFeed feed;
  private final LineEnds lineEnds;
  private final int delimiter;
  private final int quote;
  private final int escape;
  private final boolean dsbulk;
  private final int comment;
  private final int largestRecord;
  private final int mostFields;

  /** Maximum bytes of a record including quotes and escapes. */
  private final long largestText;

  private final CsvProblems problems;
  private final boolean[] endsPlainText = new boolean[256];
  private final boolean[] endsQuotedText = new boolean[256];
  private final CsvRecord record = new CsvRecord();
  private boolean blankLinesAreRecords;

  /** The number of fields that records must have; 0 for any number. */
  private int width;

  /** True after a valid record with a line break. */
  private boolean breaksLines;

  private long line = 1;
  private long recordLine;

  /** Bytes of the record before its line end; NONE if they were not kept. */
  private int textLength = NONE;

  /** The number of the field in which the record's first line ends, counted from 1; 0 for none. */
  private int brokenField;

  /** True if the record is too large; its bytes are skipped. */
  private boolean passesOver;

  /** True if reading stops within a record that is too large. */
  private boolean givesUp;

  private @Nullable String problem;

  /** The problem of a record whose bytes are skipped. */
  private String tooLarge = "";

  /**
   * @param comment the first character of comment lines; NUL for none
   * @param largestRecord maximum bytes of a record
   * @param mostFields maximum fields of a record
   */
  CsvReader(InputStream in, CsvSyntax syntax, char comment, int largestRecord, int mostFields)
      throws IOException {
    this.feed = new ByteFeed(in);
    this.lineEnds = new LineEnds(syntax.dialect());
    this.delimiter = syntax.delimiter();
    this.quote = syntax.quote();
    this.escape = syntax.escape();
    this.dsbulk = syntax.dialect() == CsvDialect.DSBULK;
    this.comment = comment == 0 ? NONE : comment;
    this.largestRecord = largestRecord;
    this.mostFields = mostFields;
    this.largestText = Math.min(LARGEST_TEXT, LEAST_TEXT + TEXT_TO_RECORD * largestRecord);
    this.problems = new CsvProblems(syntax, largestRecord, mostFields);
    endsPlainText[delimiter] = true;
    endsPlainText[CsvSyntax.CR] = true;
    endsPlainText[CsvSyntax.LF] = true;
    endsQuotedText[quote] = true;
    endsQuotedText[escape] = true;
    endsQuotedText[CsvSyntax.LF] = true;
    endsQuotedText[CsvSyntax.CR] = true;
  }

  /**
   * Makes blank lines records of one null field, for files of one column. By default blank lines
   * are skipped.
   */
  void takeBlankLinesAsRecords() {
    blankLinesAreRecords = true;
  }

  /** Sets the number of fields of later records; another number is a problem. */
  void expectFields(int number) {
    width = number;
  }

  /** Reads the first record. Unlike {@link #next}, it stops within a record that is too large. */
  @Nullable CsvRecord header() throws IOException {
    givesUp = true;
    CsvRecord header = next();
    givesUp = false;
    return header;
  }

  /**
   * Reads the next record and returns it, always the same object; null after the last one. Check
   * {@link #problem()} before using it.
   */
  @Nullable CsvRecord next() throws IOException {
    while (feed.peek() != ByteFeed.END) {
      feed.mark();
      recordLine = line;
      if (feed.peek() == comment) {
        skipLine();
        continue;
      }
      readRecord();
      if (problem != null || blankLinesAreRecords || !isBlank()) {
        return record;
      }
    }
    textLength = NONE;
    return null;
  }

  /**
   * Returns the problem of the last record, for a message such as "record 7 ..."; null if the
   * record is valid.
   */
  @Nullable String problem() {
    return problem;
  }

  /** Returns the line on which the last record began, counted from 1. */
  long line() {
    return recordLine;
  }

  /**
   * Returns the bytes of the last record without its line end; null if there is none or if it was
   * too large to keep.
   */
  byte @Nullable [] text() {
    return textLength == NONE ? null : feed.copy(textLength);
  }

  /** Returns the share of the bytes taken from the stream that the records so far have, 0 to 1. */
  double consumedShare() {
    return feed.consumedShare();
  }

  /** Returns a line end that this file uses. */
  String lineEnd() {
    return lineEnds.example();
  }

  private void readRecord() throws IOException {
    record.clear();
    problem = null;
    passesOver = false;
    brokenField = 0;
    try {
      boolean more = true;
      while (more) {
        boolean quoted = feed.peek() == quote;
        if (quoted) {
          feed.read();
          readQuoted();
        }
        more = readPlain(quoted);
        record.endField(quoted);
      }
    } catch (BrokenRecord e) {
      problem = e.getMessage();
    }
    if (problem == null && width > 0 && record.fields() != width && !isBlank()) {
      problem = problems.otherWidth(record.fields(), width);
    }
    if (problem == null) {
      breaksLines |= brokenField > 0;
    } else if (brokenField > 0 && !breaksLines && !passesOver) {
      endWithFirstLine();
    }
  }

  private boolean isBlank() {
    return record.fields() == 1 && record.size() == 0 && !record.isQuoted(0);
  }

  /**
   * Reads text without quotes up to the end of the field and returns true if another field follows.
   */
  private boolean readPlain(boolean afterQuotes) throws IOException, BrokenRecord {
    while (true) {
      if (!afterQuotes) {
        feed.copyUntil(endsPlainText, record);
      }
      checkSize();
      int value = feed.read();
      if (value == delimiter) {
        return true;
      }
      if (endsLine(value)) {
        return false;
      }
      if (!afterQuotes) {
        record.append((byte) value);
      } else if (!dsbulk || value > ' ' || value == 0) {
        // DSBulk allows blanks after the closing quote.
        record.append((byte) value);
        afterQuotes = false;
        problem = problem == null ? problems.textAfterQuotes(record.fields() + 1) : problem;
      }
    }
  }

  private void readQuoted() throws IOException, BrokenRecord {
    while (true) {
      feed.copyUntil(endsQuotedText, record);
      checkSize();
      int value = feed.read();
      if (value == escape && (feed.peek() == quote || feed.peek() == escape)) {
        // In RFC 4180 the escape character is the quote itself.
        record.append((byte) feed.read());
      } else if (value == quote) {
        return;
      } else if (value == ByteFeed.END) {
        endText(feed.length());
        throw new BrokenRecord(passesOver ? tooLarge : problems.openAtTheEnd(record.fields() + 1));
      } else {
        if (lineEnds.isBreak(value, feed)) {
          breakLine();
        }
        record.append((byte) value);
      }
    }
  }

  /** Records a line break within quotes. */
  private void breakLine() throws BrokenRecord {
    line++;
    if (brokenField == 0) {
      brokenField = record.fields() + 1;
    }
    if (passesOver && !breaksLines) {
      endText(0);
      throw new BrokenRecord(tooLarge);
    }
  }

  /** Ends the record with its first line. */
  private void endWithFirstLine() throws IOException {
    problem = problems.openOnItsLine(brokenField);
    feed.reset();
    line = recordLine;
    skipLine();
  }

  private void skipLine() throws IOException {
    while (!endsLine(feed.read())) {
      if (feed.length() > largestText) {
        passOver(); // a comment line
      }
    }
  }

  /** Returns true if the byte just read ends the line or if the file has ended. */
  private boolean endsLine(int value) throws IOException {
    if (value == ByteFeed.END) {
      endText(feed.length());
      return true;
    }
    if (value == CsvSyntax.LF || value == CsvSyntax.CR) {
      int length = feed.length() - 1;
      if (lineEnds.isEnd(value, feed)) {
        endText(length);
        line++;
        return true;
      }
    }
    return false;
  }

  private void endText(int length) {
    textLength = passesOver ? NONE : length;
  }

  private void checkSize() throws BrokenRecord {
    // The number of fields is added, because a line of delimiters has no other bytes.
    if (record.size() + (long) record.fields() <= largestRecord
        && record.fields() < mostFields
        && feed.length() <= largestText) {
      return;
    }
    if (!passesOver) {
      tooLarge = record.fields() < mostFields ? problems.tooLarge() : problems.tooManyFields();
    }
    problem = tooLarge;
    if (givesUp || (brokenField > 0 && !breaksLines && !passesOver)) {
      throw new BrokenRecord(tooLarge);
    }
    passOver();
  }

  /** Drops the bytes of the record that were kept. */
  private void passOver() {
    passesOver = true;
    record.clear();
    feed.mark();
  }

  /** Problems of records, for messages such as "record 7 ...". */
  private static final class CsvProblems {

    private final String escapedQuote;
    private final int largestRecord;
    private final int mostFields;

    /**
     * @param largestRecord maximum bytes of a record
     * @param mostFields maximum fields of a record
     */
    CsvProblems(CsvSyntax syntax, int largestRecord, int mostFields) {
      this.escapedQuote = "" + syntax.escape() + syntax.quote();
      this.largestRecord = largestRecord;
      this.mostFields = mostFields;
    }

    String tooLarge() {
      return RecordLimits.tooLarge(largestRecord);
    }

    String tooManyFields() {
      return RecordLimits.tooManyColumns(mostFields);
    }

    String otherWidth(int fields, int width) {
      return String.format("has %d fields, not %d", fields, width);
    }

    /**
     * @param field counted from 1
     */
    String openOnItsLine(int field) {
      return String.format(
          "has a quote in field %d that is not closed on its line, and no earlier record has"
              + " several lines; close the quote, or write a quote within quotes as %s",
          field, escapedQuote);
    }

    /**
     * @param field counted from 1
     */
    String openAtTheEnd(int field) {
      return String.format(
          "has a quote in field %d that is not closed at the end of the file; the file is truncated"
              + " or has another dialect",
          field);
    }

    /**
     * @param field counted from 1
     */
    String textAfterQuotes(int field) {
      return String.format(
          "has text after the closing quote of field %d; write a quote within quotes as %s",
          field, escapedQuote);
    }
  }

  /** Finds the ends of lines outside quotes. */
  private static final class LineEnds {

    private enum Style {
      /** Any mix of CR LF, LF and CR. */
      ANY,
      /**
       * DSBulk: the first line end of the file sets the style; a CR that does not end a line is
       * text.
       */
      NOT_SEEN,
      LF,
      CR_LF,
      CR
    }

    private Style style;

    /** True after a line that ended in a CR without LF. */
    private boolean endsInCr;

    LineEnds(CsvDialect dialect) {
      style = dialect == CsvDialect.DSBULK ? Style.NOT_SEEN : Style.ANY;
    }

    /** Returns a line end in the style of this file. */
    String example() {
      return switch (style) {
        case CR -> "\r";
        case CR_LF -> "\r\n";
        default -> "\n";
      };
    }

    /** Returns true if the byte just read ends the line, and reads the rest of the line end. */
    boolean isEnd(int value, ByteFeed feed) throws IOException {
      if (value == CsvSyntax.LF) {
        if (style == Style.NOT_SEEN) {
          style = Style.LF;
        }
        return true;
      }
      if (value != CsvSyntax.CR) {
        return false;
      }
      boolean lineFeedFollows = feed.peek() == CsvSyntax.LF;
      if (style == Style.NOT_SEEN) {
        style = lineFeedFollows ? Style.CR_LF : Style.CR;
      }
      boolean end =
          switch (style) {
            case LF -> false;
            case CR_LF -> lineFeedFollows;
            default -> true;
          };
      if (end && lineFeedFollows) {
        feed.read();
      }
      endsInCr |= end && !lineFeedFollows;
      return end;
    }

    /** Returns true if the byte just read within quotes begins a new line for the line count. */
    boolean isBreak(int value, ByteFeed feed) throws IOException {
      return value == CsvSyntax.LF
          || (endsInCr && value == CsvSyntax.CR && feed.peek() != CsvSyntax.LF);
    }
  }

  /**
   * Buffers a stream with one byte of lookahead and skips a byte order mark at its start. The bytes
   * since {@link #mark()} are kept, so that they can be read again or copied.
   */
  private static final class ByteFeed {

    /** Returned by {@link #read} and {@link #peek} after the last byte. */
    static final int END = -1;

    private static final int CAPACITY = 1 << 16;

    /** A larger buffer is released when the record that needed it is read. */
    private static final int LARGEST_KEPT = 1 << 20;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private byte[] buffer = new byte[CAPACITY];
    private int mark;
    private int position;
    private int limit;

    /** The bytes taken from the stream before those in the buffer. */
    private long released;

    private boolean ended;

    ByteFeed(InputStream in) throws IOException {
      this.in = in;
      while (limit < BYTE_ORDER_MARK.length && fill()) {
        // The stream may return single bytes.
      }
      if (limit >= BYTE_ORDER_MARK.length
          && buffer[0] == BYTE_ORDER_MARK[0]
          && buffer[1] == BYTE_ORDER_MARK[1]
          && buffer[2] == BYTE_ORDER_MARK[2]) {
        position = BYTE_ORDER_MARK.length;
        mark = position;
      }
    }

    /** Keeps bytes from the next one on, and releases those before it. */
    void mark() {
      mark = position;
    }

    /** Returns the number of bytes read since the mark. */
    int length() {
      return position - mark;
    }

    double consumedShare() {
      return limit == 0 ? 1 : (double) (released + position) / (released + limit);
    }

    /** Moves back to the mark. */
    void reset() {
      position = mark;
    }

    /** Returns the first bytes after the mark. */
    byte[] copy(int length) {
      return Arrays.copyOfRange(buffer, mark, mark + length);
    }

    /** Returns the next byte as 0 to 255, or {@link #END}. */
    int read() throws IOException {
      if (position == limit && !refill()) {
        return END;
      }
      return buffer[position++] & 0xff;
    }

    /** Returns the byte that {@link #read} will return. */
    int peek() throws IOException {
      if (position == limit && !refill()) {
        return END;
      }
      return buffer[position] & 0xff;
    }

    /**
     * Moves bytes to the record, up to the first marked byte (not included) or to the end of the
     * buffer.
     */
    void copyUntil(boolean[] marked, CsvRecord to) {
      int from = position;
      int i = from;
      while (i < limit && !marked[buffer[i] & 0xff]) {
        i++;
      }
      position = i;
      to.append(buffer, from, i);
    }

    /** Makes room after the kept bytes and reads more. */
    private boolean refill() throws IOException {
      if (ended) {
        return false;
      }
      int kept = limit - mark;
      byte[] target = buffer;
      if (2 * kept > buffer.length) {
        target = new byte[(int) Math.min(2L * buffer.length, Integer.MAX_VALUE - 8)];
      } else if (buffer.length > LARGEST_KEPT && kept < CAPACITY / 2) {
        target = new byte[CAPACITY];
      }
      if (kept == target.length) {
        throw new IOException("a record needs more than " + kept + " bytes of buffer");
      }
      System.arraycopy(buffer, mark, target, 0, kept);
      buffer = target;
      released += mark;
      position -= mark;
      limit = kept;
      mark = 0;
      return fill();
    }

    private boolean fill() throws IOException {
      if (ended) {
        return false;
      }
      int count;
      do {
        count = in.read(buffer, limit, buffer.length - limit);
      } while (count == 0);
      if (count < 0) {
        ended = true;
        return false;
      }
      limit += count;
      return true;
    }
  }

  /** Thrown when the record cannot be read to its end. */
  private static final class BrokenRecord extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * @param problem the problem, for a message such as "record 7 ..."
     */
    BrokenRecord(String problem) {
      super(problem, null, false, false);
    }
  }
}
