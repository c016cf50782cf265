package io.ringhaul.json;

/**
 * How the text of a blob is read. A text such as {@code 0x12}, or a longer literal whose length is
 * a multiple of four, is valid both as Base64 and as a CQL literal. The two readings give different
 * bytes.
 *
 * <p>Ringhaul writes Base64, except for a blob whose Base64 is also a literal: that blob is written
 * as a literal. DSBulk, which tries literals first, reads both correctly.
 */
public enum BlobForm {

  /** Base64 or a literal; a text that is valid as both is rejected. */
  UNAMBIGUOUS,

  /**
   * A literal if the text is valid as one, otherwise Base64. This is the form that Ringhaul writes.
   */
  LITERAL_FIRST,

  /** Always Base64. This is the default form that DSBulk writes. */
  BASE64
}
