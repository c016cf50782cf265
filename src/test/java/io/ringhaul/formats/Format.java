package io.ringhaul.formats;

import io.ringhaul.csv.CsvDialect;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlGenerator;
import io.ringhaul.json.JsonSource;
import io.ringhaul.json.JsonTarget;
import io.ringhaul.parquet.ParquetSource;
import io.ringhaul.parquet.ParquetTarget;
import java.nio.file.Path;

/** Each format with a location and default settings. */
public enum Format {
  ICEBERG {
    @Override
    public ExportTarget target(Path folder) {
      return IcebergTarget.warehouse(folder).table("it.exported");
    }

    @Override
    public ImportSource source(Path folder) {
      return IcebergSource.warehouse(folder).table("it.exported");
    }
  },

  PARQUET {
    @Override
    public ExportTarget target(Path folder) {
      return ParquetTarget.folder(folder);
    }

    @Override
    public ImportSource source(Path folder) {
      return ParquetSource.at(folder);
    }
  },

  CSV {
    @Override
    public ExportTarget target(Path folder) {
      return CsvTarget.folder(folder);
    }

    @Override
    public ImportSource source(Path folder) {
      return CsvSource.at(folder);
    }

    @Override
    public CqlGenerator.Nans nans() {
      return CqlGenerator.Nans.CANONICAL;
    }
  },

  CSV_OF_DSBULK {
    @Override
    public ExportTarget target(Path folder) {
      return CsvTarget.folder(folder).dialect(CsvDialect.DSBULK);
    }

    @Override
    public ImportSource source(Path folder) {
      return CsvSource.at(folder);
    }

    @Override
    public CqlGenerator.Nans nans() {
      return CqlGenerator.Nans.CANONICAL;
    }
  },

  JSON {
    @Override
    public ExportTarget target(Path folder) {
      return JsonTarget.folder(folder);
    }

    @Override
    public ImportSource source(Path folder) {
      return JsonSource.at(folder);
    }

    @Override
    public CqlGenerator.Nans nans() {
      return CqlGenerator.Nans.CANONICAL;
    }
  },

  JSON_ARRAY {
    @Override
    public ExportTarget target(Path folder) {
      return JsonTarget.folder(folder).singleArray();
    }

    @Override
    public ImportSource source(Path folder) {
      return JsonSource.at(folder);
    }

    @Override
    public CqlGenerator.Nans nans() {
      return CqlGenerator.Nans.CANONICAL;
    }
  };

  /** Returns a target in a folder that does not exist yet. */
  public abstract ExportTarget target(Path folder);

  /** Returns the source that reads the files of {@link #target}. */
  public abstract ImportSource source(Path folder);

  /** The NaNs that an import restores exactly. */
  public CqlGenerator.Nans nans() {
    return CqlGenerator.Nans.ANY;
  }
}
