package io.ringhaul.internal.iceberg;

/** What a commit does with the rows that the table, or its branch, has already. */
public enum CommitMode {

  /** There may be none: the table is new, or has no snapshot. */
  CREATE,

  /** They stay. */
  APPEND,

  /** All of them are replaced. */
  OVERWRITE,

  /** Those of the partitions that the export has rows for are replaced. */
  REPLACE_PARTITIONS
}
