package io.ringhaul.format;

/** The treatment of a row with a value that the target cannot hold exactly. */
public enum OnUnrepresentable {

  /** The operation fails with a message that names the row. */
  FAIL,

  /** The row is left out, counted, and kept with all its values in the rejects file. */
  REJECT
}
