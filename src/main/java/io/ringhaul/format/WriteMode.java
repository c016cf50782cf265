package io.ringhaul.format;

/** What an export does with a target that already holds something. */
public enum WriteMode {

  /** Refuses it; only a new target is written. */
  CREATE,

  /** Adds to it. */
  APPEND,

  /** Puts the export in its place, in one step. */
  OVERWRITE
}
