package io.ringhaul.format;

/** How many values of a row must satisfy a condition on their write time. */
public enum WrittenIn {

  /** At least one value. */
  ANY,

  /** Every value. */
  ALL
}
