package io.ringhaul.format;

/** How many of a row's values a condition on their write time must hold for. */
public enum WrittenIn {

  /** At least one value of the row. */
  ANY,

  /** Every value of the row. */
  ALL
}
