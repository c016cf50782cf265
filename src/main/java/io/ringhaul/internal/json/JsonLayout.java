package io.ringhaul.internal.json;

/** How the documents of a file stand together. */
public enum JsonLayout {

  /** Each on a line of its own. */
  LINES,

  /** As the elements of one array, each on a line of its own. */
  ARRAY
}
