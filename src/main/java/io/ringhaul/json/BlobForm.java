package io.ringhaul.json;

/**
 * How the text of a blob is read. Some texts are Base64 and a CQL literal at once, such as {@code
 * 0x1234}... of a length that is a multiple of four: three bytes or more that mean something else
 * in either.
 *
 * <p>Ringhaul writes Base64, but for the rare blob whose Base64 would also be a literal: that one
 * is written as a literal. DSBulk, which tries literals first, reads both rightly.
 */
public enum BlobForm {

  /** Base64 or a literal, whichever the text can be; one that can be both is refused. */
  UNAMBIGUOUS,

  /** A literal if the text can be one, otherwise Base64: what Ringhaul writes. */
  LITERAL_FIRST,

  /** Base64 always: what DSBulk unloads by default. */
  BASE64
}
