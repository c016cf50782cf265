package io.ringhaul.internal.iceberg;

/** How a commit treats the existing rows of the table or branch. */
public enum CommitMode {

  /** The table must be new or have no snapshot. */
  CREATE,

  /** Existing rows stay. */
  APPEND,

  /** The new rows replace all existing rows. */
  OVERWRITE,

  /** The new rows replace the partitions that the export has rows for. */
  REPLACE_PARTITIONS,

  /** The new rows replace those with the same key. */
  MERGE
}
