package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;

/** Decides which fields are written in quotes. */
final class FieldQuoting {

  private static final byte BYTE_ORDER_MARK = (byte) 0xef;

  private final boolean[] structural = new boolean[256];
  private final boolean cautious;

  FieldQuoting(CsvSyntax syntax) {
    for (char each :
        new char[] {syntax.delimiter(), syntax.quote(), CsvSyntax.CR, CsvSyntax.LF, '\0'}) {
      structural[each] = true;
    }
    // DSBulk quotes no more than it must, and its dialect is written byte for byte as it does.
    cautious = syntax.dialect() != CsvDialect.DSBULK;
  }

  /** Whether the text in the range, which is not null, needs quotes to be read as it is. */
  boolean isNeeded(byte[] bytes, int from, int to) {
    if (from == to) {
      // Without quotes it would be null.
      return true;
    }
    byte first = bytes[from];
    if (first == BYTE_ORDER_MARK ? isByteOrderMark(bytes, from, to) : cautious && first == '#') {
      return true;
    }
    if (cautious && (isBlank(first) || isBlank(bytes[to - 1]))) {
      return true;
    }
    for (int i = from; i < to; i++) {
      if (structural[bytes[i] & 0xff]) {
        return true;
      }
    }
    return false;
  }

  /** At the start of a file that has no header a reader would drop it. */
  private static boolean isByteOrderMark(byte[] bytes, int from, int to) {
    return to - from >= 3 && bytes[from + 1] == (byte) 0xbb && bytes[from + 2] == (byte) 0xbf;
  }

  /** Readers that trim take blanks away, but not from within quotes. */
  private static boolean isBlank(byte value) {
    return value == ' ' || value == '\t';
  }
}
