package io.ringhaul.internal.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.Tasks;
import org.apache.iceberg.util.ThreadPools;

/**
 * Finds data files of an export in the snapshots of a table. The table stays reachable meanwhile,
 * because a REST catalog closes the file access of a table that the garbage collector finds.
 */
final class TableFiles {

  private TableFiles() {}

  /**
   * Returns the names that occur in any snapshot on any branch.
   *
   * @param names the names of files of one export
   * @param plannedSequence see {@link WriteLayout.Origin#sequenceNumber()}
   */
  static Set<String> inAny(Table table, long plannedSequence, Set<String> names) {
    Set<String> found = new HashSet<>();
    if (names.isEmpty()) {
      return found;
    }
    Set<String> read = new HashSet<>();
    try {
      for (Snapshot snapshot : table.snapshots()) {
        if (snapshot.sequenceNumber() <= plannedSequence) {
          continue;
        }
        for (ManifestFile manifest : snapshot.allManifests(table.io())) {
          if (manifest.sequenceNumber() > plannedSequence && read.add(manifest.path())) {
            add(table, manifest, names, found);
          }
        }
      }
    } finally {
      Reference.reachabilityFence(table);
    }
    return found;
  }

  /** Returns whether any snapshot on any branch has the data file or removes it. */
  static boolean wasAdded(Table table, String name) {
    if (!inAny(table, WriteLayout.Origin.UNKNOWN, Set.of(name)).isEmpty()) {
      return true;
    }
    try {
      for (Snapshot snapshot : table.snapshots()) {
        for (DataFile file :
            SnapshotChanges.builderFor(table).snapshot(snapshot).build().removedDataFiles()) {
          if (DataFileName.of(file.location()).equals(name)) {
            return true;
          }
        }
      }
      return false;
    } finally {
      Reference.reachabilityFence(table);
    }
  }

  private static void add(
      Table table, ManifestFile manifest, Set<String> names, Set<String> found) {
    try (CloseableIterable<String> locations = locations(table, manifest)) {
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

  private static CloseableIterable<String> locations(Table table, ManifestFile manifest) {
    return manifest.content() == ManifestContent.DATA
        ? ManifestFiles.readPaths(manifest, table.io(), table.specs())
        : CloseableIterable.transform(
            ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs()),
            DeleteFile::location);
  }

  /**
   * Returns the export's data files in a snapshot that were added by expired snapshots. Manifests
   * that cannot contain such files are not read.
   */
  static List<DataFile> hiddenBehindExpired(Table table, Snapshot head, UUID job) {
    List<DataFile> found = Collections.synchronizedList(new ArrayList<>());
    try {
      Tasks.foreach(
              head.dataManifests(table.io()).stream()
                  .filter(manifest -> mayBeOfExpired(table, manifest))
                  .toList())
          .executeWith(ThreadPools.getWorkerPool())
          .stopOnFailure()
          .run(
              manifest -> {
                try (CloseableIterable<DataFile> files =
                    ManifestFiles.read(manifest, table.io(), table.specs())) {
                  for (DataFile file : files) {
                    if (DataFileName.isOf(job, DataFileName.of(file.location()))) {
                      found.add(file.copyWithoutStats());
                    }
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } finally {
      Reference.reachabilityFence(table);
    }
    return List.copyOf(found);
  }

  private static boolean mayBeOfExpired(Table table, ManifestFile manifest) {
    Long snapshot = manifest.snapshotId();
    return manifest.hasExistingFiles() || snapshot == null || table.snapshot(snapshot) == null;
  }
}
