package io.ringhaul.internal.csv;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.exceptions.InvalidSettingException;

/**
 * The structural characters of a file. All are ASCII, so that files are read and written as bytes:
 * in UTF-8, no byte of another character equals an ASCII byte.
 *
 * @param delimiter between fields
 * @param quote around fields
 * @param escape before a quote within quotes; the quote itself where quotes are doubled
 */
public record CsvSyntax(CsvDialect dialect, char delimiter, char quote, char escape) {

  static final char DELIMITER = ',';
  static final char QUOTE = '"';
  static final char BACKSLASH = '\\';

  static final byte CR = '\r';
  static final byte LF = '\n';

  public CsvSyntax {
    requireAscii("delimiter", delimiter);
    requireAscii("quote", quote);
    requireAscii("escape", escape);
    if (delimiter == quote || delimiter == escape) {
      throw new InvalidSettingException(
          "delimiter",
          "delimiter is "
              + shown(delimiter)
              + ", which is also the quote or the escape character; choose another one");
    }
  }

  static CsvSyntax of(CsvDialect dialect) {
    return new CsvSyntax(dialect, DELIMITER, QUOTE, escape(dialect, QUOTE));
  }

  /** Returns the character before a quote within quotes: the quote itself, or a backslash. */
  static char escape(CsvDialect dialect, char quote) {
    return dialect == CsvDialect.RFC4180 ? quote : BACKSLASH;
  }

  /** Rejects characters that cannot be structural. */
  public static void requireAscii(String setting, char value) {
    if (value == 0 || value == CR || value == LF || value > 0x7f) {
      throw new InvalidSettingException(
          setting,
          String.format(
              "%s is %s; it takes an ASCII character other than NUL, CR and LF",
              setting, shown(value)));
    }
  }

  private static String shown(char value) {
    return value > ' ' && value < 0x7f ? "'" + value + "'" : String.format("U+%04X", (int) value);
  }
}
