package io.ringhaul.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;

/** Which data files of an export the snapshots of a table have. */
final class TableFiles {

  private final Table table;
  private final long plannedSequence;

  /**
   * @param plannedSequence see {@link Origin#sequenceNumber()}
   */
  TableFiles(Table table, long plannedSequence) {
    this.table = table;
    this.plannedSequence = plannedSequence;
  }

  /** Those of the names that any snapshot has, on whatever branch. */
  Set<String> inAny(Set<String> names) {
    return names.isEmpty() ? Set.of() : in(table.snapshots(), names);
  }

  /** Those of the names that the snapshot has. */
  Set<String> in(Snapshot snapshot, Set<String> names) {
    return in(List.of(snapshot), names);
  }

  private Set<String> in(Iterable<Snapshot> snapshots, Set<String> names) {
    Set<String> found = new HashSet<>();
    Set<String> read = new HashSet<>();
    for (Snapshot snapshot : snapshots) {
      if (snapshot.sequenceNumber() <= plannedSequence) {
        continue;
      }
      for (ManifestFile manifest : snapshot.dataManifests(table.io())) {
        if (manifest.sequenceNumber() > plannedSequence && read.add(manifest.path())) {
          add(manifest, names, found);
        }
      }
    }
    return found;
  }

  private void add(ManifestFile manifest, Set<String> names, Set<String> found) {
    try (CloseableIterable<String> locations =
        ManifestFiles.readPaths(manifest, table.io(), table.specs())) {
      for (String location : locations) {
        String name = DataFileName.of(location);
        if (names.contains(name)) {
          found.add(name);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
