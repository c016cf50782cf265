package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;
import java.io.IOException;

/** Tells where a line ends, outside of quotes. */
final class LineEnds {

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
   * Whether the byte, which was just read, ends the line; if so the rest of the line's end is read
   * too.
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
