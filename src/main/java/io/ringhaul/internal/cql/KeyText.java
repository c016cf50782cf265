package io.ringhaul.internal.cql;

/** Shortens the texts that identify rows in messages, since messages are kept for many rows. */
public final class KeyText {

  private static final int MOST = 200;

  private KeyText() {}

  /** Returns the literal; beyond 200 characters, its first 200 and its length. */
  public static String of(String literal) {
    return literal.length() <= MOST
        ? literal
        : String.format("%s... (%,d characters)", literal.substring(0, MOST), literal.length());
  }

  /**
   * Returns the text of a statement up to its first literal, which may be confidential; at most 200
   * characters.
   */
  public static String ofStatement(String cql) {
    int end = Math.min(MOST, CqlTokens.startOfLiterals(cql));
    return end == cql.length() ? cql : cql.substring(0, end).stripTrailing() + " ...";
  }
}
