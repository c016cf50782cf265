package io.ringhaul.csv;

import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a file in UTF-8, one after another.
 *
 * <p>A reader of our own, for both dialects: FastCSV knows no escape character, univocity, which
 * DSBulk uses, is no longer kept up and cannot tell a quoted null word from a bare one, and both
 * turn bytes into Strings that would be turned back into the same bytes.
 */
final class CsvReader {

  private static final int NONE = -2;

  private final String file;
  private final ByteFeed feed;
  private final LineEnds lineEnds;
  private final int delimiter;
  private final int quote;
  private final int escape;
  private final boolean dsbulk;
  private final int comment;
  private final int largestRecord;
  private final boolean[] endsPlainText = new boolean[256];
  private final boolean[] endsQuotedText = new boolean[256];
  private final CsvRecord record = new CsvRecord();
  private boolean blankLinesAreRecords;
  private long line = 1;
  private long recordLine;
  private @Nullable String problem;

  /**
   * @param file its name, for messages
   * @param comment the character that makes a line a comment; NUL for none
   * @param largestRecord bytes that a record may have
   */
  CsvReader(String file, InputStream in, CsvSyntax syntax, char comment, int largestRecord)
      throws IOException {
    this.file = file;
    this.feed = new ByteFeed(in);
    this.lineEnds = new LineEnds(syntax.dialect());
    this.delimiter = syntax.delimiter();
    this.quote = syntax.quote();
    this.escape = syntax.escape();
    this.dsbulk = syntax.dialect() == CsvDialect.DSBULK;
    this.comment = comment == 0 ? NONE : comment;
    this.largestRecord = largestRecord;
    endsPlainText[delimiter] = true;
    endsPlainText[CsvSyntax.CR] = true;
    endsPlainText[CsvSyntax.LF] = true;
    endsQuotedText[quote] = true;
    endsQuotedText[escape] = true;
    endsQuotedText[CsvSyntax.LF] = true;
  }

  /**
   * From now on a line with nothing on it is a record of one null, as in a file of one column.
   * Before, such lines are skipped.
   */
  void takeBlankLinesAsRecords() {
    blankLinesAreRecords = true;
  }

  /**
   * Reads the next record; null after the last one. It is the same object each time. Look at {@link
   * #problem()} before use.
   *
   * @throws StorageException if a quote is not closed or the record is too large
   */
  @Nullable CsvRecord next() throws IOException {
    while (feed.peek() != ByteFeed.END) {
      if (feed.peek() == comment) {
        skipLine();
        continue;
      }
      readRecord();
      boolean blank = record.fields() == 1 && record.size() == 0 && !record.isQuoted(0);
      if (!blank || blankLinesAreRecords) {
        return record;
      }
    }
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

  private void readRecord() throws IOException {
    record.clear();
    problem = null;
    recordLine = line;
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
  }

  /** Reads text without quotes up to the field's end; gives whether another field follows. */
  private boolean readPlain(boolean afterQuotes) throws IOException {
    while (true) {
      if (!afterQuotes) {
        feed.copyUntil(endsPlainText, record);
        checkSize();
      }
      int value = feed.read();
      if (value == delimiter) {
        return true;
      }
      if (value == ByteFeed.END) {
        return false;
      }
      if (lineEnds.isEnd(value, feed)) {
        line++;
        return false;
      }
      if (!afterQuotes) {
        record.append((byte) value);
      } else if (!dsbulk || value > ' ' || value == 0) {
        // DSBulk lets blanks follow the closing quote.
        record.append((byte) value);
        afterQuotes = false;
        problem = textAfterQuotes();
      }
    }
  }

  private void readQuoted() throws IOException {
    while (true) {
      feed.copyUntil(endsQuotedText, record);
      checkSize();
      int value = feed.read();
      if (value == ByteFeed.END) {
        throw new StorageException(
            file,
            String.format(
                "The file %s ends within the quotes of field %d of the record on line %d; it is cut"
                    + " off, or was written in another dialect",
                file, record.fields() + 1, recordLine),
            null);
      }
      if (value == escape && (feed.peek() == quote || feed.peek() == escape)) {
        // Where quotes are doubled, escape and quote are one character.
        record.append((byte) feed.read());
      } else if (value == quote) {
        return;
      } else {
        if (value == CsvSyntax.LF) {
          line++;
        }
        record.append((byte) value);
      }
    }
  }

  private void skipLine() throws IOException {
    int value = feed.read();
    while (value != ByteFeed.END && !lineEnds.isEnd(value, feed)) {
      value = feed.read();
    }
    line++;
  }

  private String textAfterQuotes() {
    if (problem != null) {
      return problem;
    }
    return String.format(
        "has text after the closing quote of field %d; write a quote within quotes as %s",
        record.fields() + 1, "" + (char) escape + (char) quote);
  }

  private void checkSize() {
    // Fields count too: a line of delimiters alone has no other bytes.
    if (record.size() + (long) record.fields() > largestRecord) {
      throw new StorageException(
          file,
          String.format(
              "The record on line %d of %s is larger than %d bytes; a quote in it may not be"
                  + " closed. If it is right, raise maxRecordSize",
              recordLine, file, largestRecord),
          null);
    }
  }
}
