package io.ringhaul.format;

/** How an export treats existing data in its target. */
public enum WriteMode {

  /** Refuses existing data: the target must be new or empty. */
  CREATE,

  /** Adds the export to the existing data. */
  APPEND,

  /** Replaces the existing data with the export, in one step. */
  OVERWRITE
}
