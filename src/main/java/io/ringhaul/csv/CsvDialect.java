package io.ringhaul.csv;

/** How fields are quoted, and how a quote within quotes is written. */
public enum CsvDialect {

  /**
   * RFC 4180, which every reader of CSV understands: a quote within quotes is doubled. Lines are
   * written with a line feed at their end; CR LF, LF and CR are read. Fields are quoted if they
   * hold the delimiter, a quote, CR, LF or NUL, if they begin or end with a blank, or if they begin
   * with {@code #} or a byte order mark.
   */
  RFC4180,

  /**
   * The form of DSBulk's CSV connector with its default settings: a backslash stands before a quote
   * and before another backslash, within quotes only. Fields are quoted just where DSBulk quotes
   * them. A line ends as the first one does. DSBulk itself reads fields of up to 4,096 characters
   * unless its {@code maxCharsPerColumn} is raised, and leaves out lines of a single null.
   */
  DSBULK
}
