package io.ringhaul.internal.cql;

/** What names rows in messages, which are kept for many rows and must not be as long as these. */
public final class KeyText {

  private static final int MOST = 200;

  private KeyText() {}

  /** The literal; one of more than 200 characters is cut there, with its length told. */
  public static String of(String literal) {
    return literal.length() <= MOST
        ? literal
        : String.format("%s... (%,d characters)", literal.substring(0, MOST), literal.length());
  }

  /**
   * The text of a statement up to its first literal, which may be secret; 200 characters at most.
   */
  public static String ofStatement(String cql) {
    int end = Math.min(MOST, CqlTokens.startOfLiterals(cql));
    return end == cql.length() ? cql : cql.substring(0, end).stripTrailing() + " ...";
  }
}
