package io.ringhaul.faults;

import io.ringhaul.it.Warehouse;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A file format by its command line name, with the location of its files. Each export has its own
 * folder with the target as one entry.
 */
enum Shape {
  ICEBERG(KillPoint.IN_ICEBERG_SPLIT) {
    @Override
    List<KillPoint> exportPoints() {
      return List.of(
          KillPoint.BEFORE_PLAN,
          KillPoint.BEFORE_ICEBERG_FILES_END,
          KillPoint.AFTER_ICEBERG_FILES_END,
          KillPoint.BEFORE_CHECKPOINT,
          KillPoint.AFTER_CHECKPOINT,
          KillPoint.BEFORE_ICEBERG_COMMIT,
          KillPoint.AFTER_ICEBERG_COMMIT,
          KillPoint.BEFORE_COMPLETION);
    }

    @Override
    List<String> options(Path folder) {
      return icebergOptions(folder);
    }

    @Override
    List<Path> visible(Path folder, UUID job) {
      return icebergFiles(folder, job);
    }

    @Override
    List<Path> all(Path folder) {
      return icebergStorage(folder);
    }

    @Override
    String reader(List<Path> files) {
      return "read_parquet(" + list(files) + ")";
    }
  },

  /** A partitioned Iceberg table, whose data files are written after the last task. */
  PARTITIONED(KillPoint.IN_ICEBERG_SPLIT) {
    @Override
    List<KillPoint> exportPoints() {
      return List.of(
          KillPoint.BEFORE_PLAN,
          KillPoint.BEFORE_ICEBERG_FILES_END,
          KillPoint.AFTER_ICEBERG_FILES_END,
          KillPoint.BEFORE_CHECKPOINT,
          KillPoint.AFTER_CHECKPOINT,
          KillPoint.BEFORE_STEP_ENDS,
          KillPoint.BEFORE_STEP_STORED,
          KillPoint.BEFORE_ICEBERG_COMMIT,
          KillPoint.BEFORE_FILES_DISCARDED,
          KillPoint.AFTER_ICEBERG_COMMIT,
          KillPoint.BEFORE_COMPLETION);
    }

    @Override
    List<String> options(Path folder) {
      return icebergOptions(folder);
    }

    @Override
    List<String> exportOptions() {
      return List.of("--partition-by", "bucket(6, pk)");
    }

    @Override
    List<Path> visible(Path folder, UUID job) {
      return icebergFiles(folder, job);
    }

    @Override
    List<Path> all(Path folder) {
      return icebergStorage(folder);
    }

    @Override
    String reader(List<Path> files) {
      return "read_parquet(" + list(files) + ")";
    }
  },

  PARQUET(KillPoint.IN_PARQUET_SPLIT) {
    @Override
    String reader(List<Path> files) {
      return "read_parquet(" + list(files) + ")";
    }
  },

  CSV(KillPoint.IN_CSV_SPLIT) {
    @Override
    String reader(List<Path> files) {
      return "read_csv("
          + list(files)
          + ", all_varchar=true, header=true, delim=',', quote='\"', escape='\"', nullstr='',"
          + " allow_quoted_nulls=false, parallel=false)";
    }
  },

  JSON(KillPoint.IN_JSON_SPLIT) {
    @Override
    String reader(List<Path> files) {
      return "read_json("
          + list(files)
          + ", format='newline_delimited', columns={pk: 'VARCHAR', ck: 'VARCHAR',"
          + " name: 'VARCHAR', amount: 'VARCHAR', flag: 'VARCHAR', note: 'VARCHAR'})";
    }
  };

  private static final TableIdentifier TABLE = TableIdentifier.of("it", "rows");

  private final KillPoint inSplit;

  Shape(KillPoint inSplit) {
    this.inSplit = inSplit;
  }

  /** Returns the points at which an export can be killed, in execution order. */
  List<KillPoint> exportPoints() {
    return List.of(
        KillPoint.BEFORE_PLAN,
        KillPoint.BEFORE_FOLDER_FILES_END,
        KillPoint.AFTER_FOLDER_FILES_END,
        KillPoint.BEFORE_CHECKPOINT,
        KillPoint.AFTER_CHECKPOINT,
        KillPoint.BEFORE_FOLDER_COMMIT,
        KillPoint.AFTER_FOLDER_COMMIT,
        KillPoint.BEFORE_COMPLETION);
  }

  /** Returns the point at which an import reads a row. */
  KillPoint inSplit() {
    return inSplit;
  }

  /** Returns the points at which an import can be killed, in execution order. */
  List<KillPoint> importPoints() {
    return List.of(
        KillPoint.BEFORE_PLAN,
        inSplit,
        KillPoint.BEFORE_CHECKPOINT,
        KillPoint.AFTER_CHECKPOINT,
        KillPoint.BEFORE_COMPLETION);
  }

  /** Returns the options that select the format and the location. */
  List<String> options(Path folder) {
    return List.of(
        "--format", name().toLowerCase(Locale.ROOT), "--path", location(folder).toString());
  }

  /** Returns the options of an export only. */
  List<String> exportOptions() {
    return List.of();
  }

  /** Returns the files that a reader of the result finds. Only this job may have written them. */
  List<Path> visible(Path folder, UUID job) throws IOException {
    try (Stream<Path> files = Files.list(location(folder))) {
      return files.filter(file -> file.getFileName().toString().startsWith("part-")).toList();
    }
  }

  /**
   * Returns every file in the export's folder except the manifest, the catalog and the folder lock,
   * which belong to the export.
   */
  List<Path> all(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.equals(location(folder).resolve("_manifest.json")))
          .filter(file -> !file.equals(folder.resolve(".out.ringhaul-lock")))
          .toList();
    }
  }

  /** Returns the DuckDB expression that reads the rows of these files. */
  abstract String reader(List<Path> files);

  /** Returns the folder that a user passes to the command. */
  static Path location(Path folder) {
    return folder.resolve("out");
  }

  private static List<String> icebergOptions(Path folder) {
    return List.of(
        "--format", "iceberg", "--path", location(folder).toString(), "--iceberg-table", "it.rows");
  }

  private static List<Path> icebergFiles(Path folder, UUID job) {
    List<Path> files = new ArrayList<>();
    Warehouse.inspect(
        location(folder), TABLE, table -> dataFiles(onlySnapshot(table, job), table, files));
    return files;
  }

  /** Excludes metadata files: Iceberg may leave some after a lost race or a crash. */
  private static List<Path> icebergStorage(Path folder) {
    return Warehouse.files(location(folder)).stream()
        .filter(file -> !file.toString().contains("/metadata/"))
        .toList();
  }

  private static Snapshot onlySnapshot(Table table, UUID job) {
    List<Snapshot> snapshots = new ArrayList<>();
    table.snapshots().forEach(snapshots::add);
    if (snapshots.size() != 1
        || !job.toString().equals(snapshots.get(0).summary().get("ringhaul.job-id"))) {
      throw new AssertionError("Expected one snapshot of job " + job + ": " + snapshots);
    }
    return snapshots.get(0);
  }

  private static void dataFiles(Snapshot snapshot, Table table, List<Path> files) {
    for (DataFile file :
        SnapshotChanges.builderFor(table).snapshot(snapshot).build().addedDataFiles()) {
      files.add(Path.of(URI.create(file.location())));
    }
  }

  private static String list(List<Path> files) {
    return files.stream().map(file -> "'" + file + "'").toList().toString();
  }
}
