package io.ringhaul.it;

import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import java.nio.file.Path;

/** Every format, as a user first meets it: a place, and all defaults. */
enum Format {
  ICEBERG {
    @Override
    ExportTarget target(Path folder) {
      return IcebergTarget.warehouse(folder).table("it.exported");
    }

    @Override
    ImportSource source(Path folder) {
      return IcebergSource.warehouse(folder).table("it.exported");
    }
  };

  /** A target in a folder that is not there yet. */
  abstract ExportTarget target(Path folder);

  /** The source that reads what {@link #target} wrote. */
  abstract ImportSource source(Path folder);
}
