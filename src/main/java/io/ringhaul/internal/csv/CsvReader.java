package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;
import java.io.IOException;
import java.io.InputStream;
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
}
