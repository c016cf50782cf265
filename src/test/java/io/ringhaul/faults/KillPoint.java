package io.ringhaul.faults;

/** A place in the code at which a process is killed. A test holds that each exists. */
enum KillPoint {
  /** All rows of a task are in files that are still open. */
  BEFORE_ICEBERG_FILES_END("iceberg.IcebergTaskWriter", "finish", Place.ENTRY),
  BEFORE_FOLDER_FILES_END("files.FolderTaskWriter", "finish", Place.ENTRY),

  /** The files are whole and on disk, and nobody knows of them. */
  AFTER_ICEBERG_FILES_END("iceberg.IcebergTaskWriter", "finish", Place.EXIT),
  AFTER_FOLDER_FILES_END("files.FolderTaskWriter", "finish", Place.EXIT),

  /** A row is read and not written; a count puts it into the middle of a split. */
  IN_ICEBERG_SPLIT("iceberg.IcebergRowReader", "next", Place.ENTRY),
  IN_CSV_SPLIT("csv.CsvRowReader", "next", Place.ENTRY),
  IN_JSON_SPLIT("json.JsonInputFormat$JsonRowReader", "next", Place.ENTRY),
  IN_PARQUET_SPLIT("parquet.ParquetInputFormat$ParquetRowReader", "next", Place.ENTRY),

  /** A task is about to give a part of its ranges away, and the store does not know. */
  BEFORE_SPLIT("jobstore.StoredRun", "split", Place.ENTRY),

  /** The store knows what a task has given away, and nobody has begun to read that. */
  AFTER_SPLIT("jobstore.StoredRun", "split", Place.EXIT),

  /** A task is over, for an import acknowledged in all its rows, and the store does not know. */
  BEFORE_CHECKPOINT("jobstore.StoredRun", "done", Place.ENTRY),

  /** The store knows that a task is done, and this process does not know that it does. */
  AFTER_CHECKPOINT("jobstore.StoredRun", "done", Place.EXIT),

  /** The job is stored, and not what it is made of; the second time an export is committed. */
  BEFORE_PLAN("jobstore.StoredRun", "plan", Place.ENTRY),

  BEFORE_ICEBERG_COMMIT("iceberg.IcebergTargetSession", "commit", Place.ENTRY),
  BEFORE_FOLDER_COMMIT("files.FolderTargetSession", "commit", Place.ENTRY),

  /** The result is there for all to see, and the store does not know. */
  AFTER_ICEBERG_COMMIT("iceberg.IcebergTargetSession", "commit", Place.EXIT),
  AFTER_FOLDER_COMMIT("files.FolderTargetSession", "commit", Place.EXIT),

  /** All is done but for the word of it. */
  BEFORE_COMPLETION("jobstore.StoredRun", "completed", Place.ENTRY);

  /** Where in the method. */
  enum Place {
    ENTRY,
    EXIT
  }

  private final String className;
  private final String method;
  private final Place place;

  KillPoint(String className, String method, Place place) {
    this.className = "io.ringhaul.internal." + className;
    this.method = method;
    this.place = place;
  }

  String className() {
    return className;
  }

  String method() {
    return method;
  }

  Place place() {
    return place;
  }
}
