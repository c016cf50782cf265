package io.ringhaul.internal.json;

/** How a file arranges its documents. */
public enum JsonLayout {

  /** One document per line. */
  LINES,

  /** The elements of one array, one per line. */
  ARRAY
}
