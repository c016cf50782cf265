package io.ringhaul.faults;

/**
 * A method entry or exit at which a test kills a process. {@link KillPointTest} checks that each
 * method exists.
 */
enum KillPoint {
  /** All rows of a task are written to files that are still open. */
  BEFORE_ICEBERG_FILES_END("iceberg.IcebergTaskWriter", "finish", Position.ENTRY),
  BEFORE_FOLDER_FILES_END("files.FolderTaskWriter", "finish", Position.ENTRY),

  /** The files are complete and on disk but not yet recorded. */
  AFTER_ICEBERG_FILES_END("iceberg.IcebergTaskWriter", "finish", Position.EXIT),
  AFTER_FOLDER_FILES_END("files.FolderTaskWriter", "finish", Position.EXIT),

  /**
   * A row was read and is not written yet; the hit count selects a row in the middle of a split.
   */
  IN_ICEBERG_SPLIT("iceberg.IcebergSourceSession$IcebergRowReader", "next", Position.ENTRY),
  IN_CSV_SPLIT("csv.CsvRowReader", "next", Position.ENTRY),
  IN_JSON_SPLIT("json.JsonInputFormat$JsonRowReader", "next", Position.ENTRY),
  IN_PARQUET_SPLIT("parquet.ParquetInputFormat$ParquetRowReader", "next", Position.ENTRY),

  IN_TABLE_TASK("operation.TableSourceSession$TableRows", "next", Position.ENTRY),

  /** A task is about to split off some of its ranges and the store does not know this yet. */
  BEFORE_SPLIT("jobstore.StoredRun", "split", Position.ENTRY),

  /** The store knows the ranges that a task split off; no worker has started to read them. */
  AFTER_SPLIT("jobstore.StoredRun", "split", Position.EXIT),

  /**
   * A task is done (for an import, all its rows are acknowledged) and the store does not know this
   * yet.
   */
  BEFORE_CHECKPOINT("jobstore.StoredRun", "done", Position.ENTRY),

  /** The store knows that a task is done; the process has not seen the store's answer. */
  AFTER_CHECKPOINT("jobstore.StoredRun", "done", Position.EXIT),

  /** The job is stored without its plan; the second hit is at the commit of an export. */
  BEFORE_PLAN("jobstore.StoredRun", "plan", Position.ENTRY),

  /** All rows of a final step are written to a data file that is still open. */
  BEFORE_STEP_ENDS("iceberg.DataFileWriter", "finish", Position.ENTRY),

  /**
   * The data files of a final step are complete and on disk, and the store does not know this yet.
   */
  BEFORE_STEP_STORED("operation.ExportCheckpoints", "stepDone", Position.ENTRY),

  BEFORE_ICEBERG_COMMIT("iceberg.IcebergTargetSession", "commit", Position.ENTRY),
  BEFORE_FOLDER_COMMIT("files.FolderTargetSession", "commit", Position.ENTRY),

  /** The result is visible and the files that it does not need are still there. */
  BEFORE_FILES_DISCARDED("iceberg.WrittenFiles", "discard", Position.ENTRY),

  /** The result is visible and the store does not know this yet. */
  AFTER_ICEBERG_COMMIT("iceberg.IcebergTargetSession", "commit", Position.EXIT),
  AFTER_FOLDER_COMMIT("files.FolderTargetSession", "commit", Position.EXIT),

  /** Only the completion of the job is not stored yet. */
  BEFORE_COMPLETION("jobstore.StoredRun", "completed", Position.ENTRY),

  /** The job is completed; a run over a keyspace goes on with the next table. */
  AFTER_COMPLETION("jobstore.StoredRun", "completed", Position.EXIT),

  /** A job is about to be stored; the hit count selects a table of a keyspace. */
  BEFORE_JOB_STORED("jobstore.StoredJobs", "create", Position.ENTRY);

  enum Position {
    ENTRY,
    EXIT
  }

  private final String className;
  private final String method;
  private final Position position;

  KillPoint(String className, String method, Position position) {
    this.className = "io.ringhaul.internal." + className;
    this.method = method;
    this.position = position;
  }

  String className() {
    return className;
  }

  String method() {
    return method;
  }

  Position position() {
    return position;
  }
}
