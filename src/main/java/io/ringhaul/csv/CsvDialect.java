package io.ringhaul.csv;

/** How CSV files quote fields and write a quote within quotes. */
public enum CsvDialect {

  /**
   * RFC 4180, which all CSV readers understand: a quote within quotes is doubled. Lines are written
   * with LF; CR LF, LF and CR are read. A field is quoted if it holds the delimiter, a quote, CR,
   * LF or NUL, if it begins or ends with a blank, or if it begins with {@code #} or a byte order
   * mark.
   */
  RFC4180,

  /**
   * The form of DSBulk's CSV connector with its default settings: a backslash precedes a quote and
   * a backslash, only within quotes. A field is quoted where DSBulk quotes it. The first line end
   * of a file sets the line end of the file. DSBulk itself reads fields of at most 4,096 characters
   * unless its {@code maxCharsPerColumn} is raised, and ignores lines with a single null.
   */
  DSBULK
}
