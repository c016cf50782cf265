package io.ringhaul.faults;

/** A place in the code at which a process is killed. A test holds that each exists. */
enum KillPoint {
  BEFORE_ICEBERG_FILES_END("io.ringhaul.iceberg.IcebergTaskWriter", "finish", Place.ENTRY),
  AFTER_ICEBERG_FILES_END("io.ringhaul.iceberg.IcebergTaskWriter", "finish", Place.EXIT),
  BEFORE_FOLDER_FILES_END("io.ringhaul.files.FolderTaskWriter", "finish", Place.ENTRY),
  AFTER_FOLDER_FILES_END("io.ringhaul.files.FolderTaskWriter", "finish", Place.EXIT),
  BEFORE_ICEBERG_COMMIT("io.ringhaul.iceberg.IcebergTargetSession", "commit", Place.ENTRY),
  AFTER_ICEBERG_COMMIT("io.ringhaul.iceberg.IcebergTargetSession", "commit", Place.EXIT),
  BEFORE_FOLDER_COMMIT("io.ringhaul.files.FolderTargetSession", "commit", Place.ENTRY),
  AFTER_FOLDER_COMMIT("io.ringhaul.files.FolderTargetSession", "commit", Place.EXIT);

  /** Where in the method. */
  enum Place {
    ENTRY,
    EXIT
  }

  private final String className;
  private final String method;
  private final Place place;

  KillPoint(String className, String method, Place place) {
    this.className = className;
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
