package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.internal.text.RecordLimits;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a file in UTF-8, one after another.
 *
 * <p>A record that is none is told by {@link #problem()}, and the next one is read. Where it ends
 * cannot be known for certain, because line breaks may stand within quotes. In a file that has
 * shown such line breaks, in a record that was right, it ends where its quotes say. In one that has
 * not, a quote was rather left open than a line broken: there it ends with its first line, so that
 * no other record goes with it.
 *
 * <p>A reader of our own, for both dialects: FastCSV knows no escape character, univocity, which
 * DSBulk uses, is no longer kept up and cannot tell a quoted null word from a bare one, and both
 * turn bytes into Strings that would be turned back into the same bytes.
 */
final class CsvReader {

  private static final int NONE = -2;

  /** Arrays end at twice that. */
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

  /** What a record may take with its quotes and escapes. */
  private final long largestText;

  private final CsvProblems problems;
  private final boolean[] endsPlainText = new boolean[256];
  private final boolean[] endsQuotedText = new boolean[256];
  private final CsvRecord record = new CsvRecord();
  private boolean blankLinesAreRecords;

  /** How many fields records must have; 0 for any number. */
  private int width;

  /** Whether a record that was right had a line break in it. */
  private boolean breaksLines;

  private long line = 1;
  private long recordLine;

  /** The bytes of the record's text, before its line end; NONE if they are not at hand. */
  private int textLength = NONE;

  /** The field in which the record's first line ends; 0 for none. */
  private int brokenField;

  /** Whether the record is too large, so that its bytes are passed over. */
  private boolean passesOver;

  /** Whether a record that is too large is not read to its end. */
  private boolean givesUp;

  private @Nullable String problem;

  /** What is wrong with a record that is passed over. */
  private String tooLarge = "";

  /**
   * @param comment the character that makes a line a comment; NUL for none
   * @param largestRecord bytes that a record may have
   * @param mostFields fields that a record may have
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
   * From now on a line with nothing on it is a record of one null, as in a file of one column.
   * Before, such lines are skipped.
   */
  void takeBlankLinesAsRecords() {
    blankLinesAreRecords = true;
  }

  /** From now on a record of another number of fields has a problem. */
  void expectFields(int number) {
    width = number;
  }

  /** As {@link #next}, for a record whose problem ends the file. */
  @Nullable CsvRecord header() throws IOException {
    givesUp = true;
    CsvRecord header = next();
    givesUp = false;
    return header;
  }

  /**
   * Reads the next record; null after the last one. It is the same object each time. Look at {@link
   * #problem()} before use.
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

  /** What is wrong with the last record, to go on in "record 7 ..."; null if nothing is. */
  @Nullable String problem() {
    return problem;
  }

  /** The line on which the last record began, counted from 1. */
  long line() {
    return recordLine;
  }

  /**
   * The last record as it stands in the file, without its line end; null if there is none, or if it
   * is too large to be kept.
   */
  byte @Nullable [] text() {
    return textLength == NONE ? null : feed.copy(textLength);
  }

  /** How lines of this file may end. */
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

  /** Reads text without quotes up to the field's end; gives whether another field follows. */
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
        // DSBulk lets blanks follow the closing quote.
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
        // Where quotes are doubled, escape and quote are one character.
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

  /** Takes note of a line break within quotes. */
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

  /** Takes the first line alone for the record. */
  private void endWithFirstLine() throws IOException {
    problem = problems.openOnItsLine(brokenField);
    feed.reset();
    line = recordLine;
    skipLine();
  }

  private void skipLine() throws IOException {
    while (!endsLine(feed.read())) {
      if (feed.length() > largestText) {
        passOver(); // a comment
      }
    }
  }

  /** Whether the line ends with the byte, which was just read, or the file before it. */
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
    // Fields count too: a line of delimiters alone has no other bytes.
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

  /** Lets go of what is kept of the record. */
  private void passOver() {
    passesOver = true;
    record.clear();
    feed.mark();
  }

  /** What can be wrong with a record, to go on in "record 7 ...", and what to do about it. */
  private static final class CsvProblems {

    private final String escapedQuote;
    private final int largestRecord;
    private final int mostFields;

    /**
     * @param largestRecord bytes that a record may have
     * @param mostFields fields that it may have
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
          "has a quote in field %d that is not closed on its line, where no record before it is"
              + " of several lines; close it, or write a quote within quotes as %s",
          field, escapedQuote);
    }

    /**
     * @param field counted from 1
     */
    String openAtTheEnd(int field) {
      return String.format(
          "has a quote in field %d that is not closed: the file ends in it, so it is cut off or was"
              + " written in another dialect",
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

  /** Tells where a line ends, outside of quotes. */
  private static final class LineEnds {

    private enum Style {
      /** CR LF, LF and CR, mixed at will. */
      ANY,
      /** As DSBulk has it: the first line shows how lines end; a CR that ends none is text. */
      NOT_SEEN,
      LF,
      CR_LF,
      CR
    }

    private Style style;

    /** Whether a line has ended in a CR without LF. */
    private boolean endsInCr;

    LineEnds(CsvDialect dialect) {
      style = dialect == CsvDialect.DSBULK ? Style.NOT_SEEN : Style.ANY;
    }

    /** How lines of this file may end, for more of them. */
    String example() {
      return switch (style) {
        case CR -> "\r";
        case CR_LF -> "\r\n";
        default -> "\n";
      };
    }

    /**
     * Whether the byte, which was just read, ends the line; if so the rest of the line's end is
     * read too.
     */
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

    /** Whether the byte, which was just read within quotes, begins another line for an editor. */
    boolean isBreak(int value, ByteFeed feed) throws IOException {
      return value == CsvSyntax.LF
          || (endsInCr && value == CsvSyntax.CR && feed.peek() != CsvSyntax.LF);
    }
  }

  /**
   * Bytes of a stream with a look at the next one. A byte order mark at the start is left out. The
   * bytes since {@link #mark()} stay at hand: they can be read once more, or copied.
   */
  private static final class ByteFeed {

    /** What {@link #read} and {@link #peek} give after the last byte. */
    static final int END = -1;

    private static final int CAPACITY = 1 << 16;

    /** A buffer that a huge record has made larger than this is not kept. */
    private static final int LARGEST_KEPT = 1 << 20;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private byte[] buffer = new byte[CAPACITY];
    private int mark;
    private int position;
    private int limit;
    private boolean ended;

    ByteFeed(InputStream in) throws IOException {
      this.in = in;
      while (limit < BYTE_ORDER_MARK.length && fill()) {
        // A stream may give its bytes one by one.
      }
      if (limit >= BYTE_ORDER_MARK.length
          && buffer[0] == BYTE_ORDER_MARK[0]
          && buffer[1] == BYTE_ORDER_MARK[1]
          && buffer[2] == BYTE_ORDER_MARK[2]) {
        position = BYTE_ORDER_MARK.length;
        mark = position;
      }
    }

    /** From now on bytes are kept, starting with the next one; those before are let go. */
    void mark() {
      mark = position;
    }

    /** How many bytes were read since the mark. */
    int length() {
      return position - mark;
    }

    /** Goes back to the mark. */
    void reset() {
      position = mark;
    }

    /** The first bytes after the mark. */
    byte[] copy(int length) {
      return Arrays.copyOfRange(buffer, mark, mark + length);
    }

    /** The next byte as a number from 0 to 255, or {@link #END}. */
    int read() throws IOException {
      if (position == limit && !refill()) {
        return END;
      }
      return buffer[position++] & 0xff;
    }

    /** The byte that {@link #read} will give. */
    int peek() throws IOException {
      if (position == limit && !refill()) {
        return END;
      }
      return buffer[position] & 0xff;
    }

    /**
     * Moves bytes to the record up to the first that is marked, which stays, or to the end of what
     * is in memory.
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

    /** Makes room behind what is kept, and reads on. */
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
        throw new IOException("more than " + kept + " bytes would have to be kept");
      }
      System.arraycopy(buffer, mark, target, 0, kept);
      buffer = target;
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

  /** The record at hand cannot be read to its end, and another end must be found for it. */
  private static final class BrokenRecord extends Exception {

    private static final long serialVersionUID = 1;

    /**
     * @param problem what is wrong, to go on in "record 7 ..."
     */
    BrokenRecord(String problem) {
      super(problem, null, false, false);
    }
  }
}
