package io.ringhaul.format;

/** What happens to a row with a value that the other side cannot hold exactly. */
public enum OnUnrepresentable {

  /** The operation fails with a message that names the row. */
  FAIL,

  /** The row is left out, counted, and kept with all its values in a file of rejects. */
  REJECT
}
