package io.ringhaul.iceberg;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.util.SnapshotUtil;

/** The snapshot that a job has committed to a table, known by the job's id in its summary. */
final class JobSnapshot {

  /** The key of the job's id in a snapshot's summary. */
  static final String JOB_ID = "ringhaul.job-id";

  private final Catalog catalog;
  private final TableIdentifier identifier;
  private final String ref;
  private final String jobId;

  /**
   * @param ref the branch that the job commits to
   */
  JobSnapshot(Catalog catalog, TableIdentifier identifier, String ref, String jobId) {
    this.catalog = catalog;
    this.identifier = identifier;
    this.ref = ref;
    this.jobId = jobId;
  }

  /**
   * The job's snapshot among the branch's current one and its ancestors: one that was rolled back
   * does not count. A branch that is not there yet begins at the main one's current snapshot.
   */
  Optional<Snapshot> find() {
    if (!catalog.tableExists(identifier)) {
      return Optional.empty();
    }
    Table table = catalog.loadTable(identifier);
    Snapshot head = SnapshotUtil.latestSnapshot(table, ref);
    if (head == null) {
      return Optional.empty();
    }
    for (Snapshot snapshot : SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot)) {
      if (isOfJob(snapshot)) {
        return Optional.of(snapshot);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether the branch's current snapshot has any of the export's data files, as it has after the
   * job's own snapshot has expired.
   *
   * @param names the names of the export's data files
   * @param plannedSequence see {@link Origin#sequenceNumber()}
   */
  boolean hasFiles(Set<String> names, long plannedSequence) {
    if (names.isEmpty() || !catalog.tableExists(identifier)) {
      return false;
    }
    Table table = catalog.loadTable(identifier);
    Snapshot head = SnapshotUtil.latestSnapshot(table, ref);
    return head != null && !new TableFiles(table, plannedSequence).in(head, names).isEmpty();
  }

  /** The locations of the data files that the snapshot added. */
  Set<String> dataFiles(Snapshot snapshot) {
    Set<String> locations = new HashSet<>();
    SnapshotChanges.builderFor(catalog.loadTable(identifier))
        .snapshot(snapshot)
        .build()
        .addedDataFiles()
        .forEach(file -> locations.add(file.location()));
    return locations;
  }

  /** Refuses a commit onto an ancestry that has this job already. */
  SnapshotAncestryValidator absence() {
    return new SnapshotAncestryValidator() {
      @Override
      public boolean validate(Iterable<Snapshot> ancestry) {
        for (Snapshot snapshot : ancestry) {
          if (isOfJob(snapshot)) {
            return false;
          }
        }
        return true;
      }

      @Override
      public String errorMessage() {
        return "export " + jobId + " was committed before";
      }
    };
  }

  private boolean isOfJob(Snapshot snapshot) {
    return jobId.equals(snapshot.summary().get(JOB_ID));
  }
}
