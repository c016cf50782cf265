package io.ringhaul.internal.write;

/** What an import writes where a row has no value. */
public enum NullHandling {

  /** Nothing: what the table holds there stays. */
  UNSET,

  /** A tombstone: what the table holds there goes. */
  TOMBSTONE
}
