package io.ringhaul.internal.write;

/** What an import writes for a missing value. */
public enum NullHandling {

  /** Nothing: the table's value stays. */
  UNSET,

  /** A tombstone: the table's value is deleted. */
  TOMBSTONE
}
