package io.ringhaul.statement;

/** Key values in messages, which are kept for many rows and must not be as long as a key can be. */
public final class KeyText {

  private static final int MOST = 200;

  private KeyText() {}

  /** The literal; one of more than 200 characters is cut there, with its length told. */
  public static String of(String literal) {
    return literal.length() <= MOST
        ? literal
        : String.format("%s... (%,d characters)", literal.substring(0, MOST), literal.length());
  }
}
