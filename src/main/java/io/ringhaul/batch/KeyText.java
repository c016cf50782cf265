package io.ringhaul.batch;

/** Key values in messages, which are kept for many rows and must not be as long as a key can be. */
final class KeyText {

  private static final int MOST = 200;

  private KeyText() {}

  /** The literal, cut where it is too long to be read. */
  static String of(String literal) {
    return literal.length() <= MOST
        ? literal
        : String.format("%s... (%,d characters)", literal.substring(0, MOST), literal.length());
  }
}
