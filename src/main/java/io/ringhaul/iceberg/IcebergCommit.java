package io.ringhaul.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TaskOutput;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one commit of an export. The job's id stands in the snapshot's summary: by it a second commit
 * of the same job is recognised, and a commit whose answer was lost is found.
 */
final class IcebergCommit {

  /** The key of the job's id in a snapshot's summary. */
  static final String JOB_ID = "ringhaul.job-id";

  private static final Logger LOG = LoggerFactory.getLogger(IcebergCommit.class);
  private static final int ATTEMPTS = 10;

  private final Catalog catalog;
  private final WriteLayout layout;
  private final FileIO io;
  private final TableIdentifier identifier;
  private final String jobId;

  IcebergCommit(Catalog catalog, WriteLayout layout, FileIO io) {
    this.catalog = catalog;
    this.layout = layout;
    this.io = io;
    this.identifier = TableIdentifier.parse(layout.table());
    this.jobId = layout.jobId().toString();
  }

  /**
   * Commits, or finds what an earlier commit of the job has done.
   *
   * @throws StorageException if the catalog refuses; the files are deleted then
   * @throws UnknownCommitStateException if it is not known; the files are left then
   */
  CommitResult run(List<TaskOutput> outputs) {
    List<DataFile> files = DataFiles.of(outputs, layout.spec());
    Optional<Snapshot> earlier = committed();
    if (earlier.isEmpty()) {
      commit(files);
      return result(
          committed()
              .orElseThrow(
                  () -> unknown("The commit was accepted, but its snapshot is not there", null)));
    }
    LOG.info("Export {} was committed to {} before; it is left as it is", jobId, identifier);
    discardUnless(files, earlier.get());
    return result(earlier.get());
  }

  private void commit(List<DataFile> files) {
    for (int attempt = 1; ; attempt++) {
      try {
        if (catalog.tableExists(identifier)) {
          append(files);
        } else {
          create(files);
        }
        return;
      } catch (CommitFailedException | AlreadyExistsException e) {
        // Somebody else was faster: the next attempt stands on what they committed.
        if (attempt == ATTEMPTS) {
          throw refused(files, e);
        }
      } catch (ValidationException e) {
        Optional<Snapshot> other = committed();
        if (other.isEmpty()) {
          throw refused(files, e);
        }
        // The same job was committed elsewhere at the same moment, or by an attempt of ours.
        discardUnless(files, other.get());
        return;
      } catch (StorageException e) {
        DataFiles.delete(io, files);
        throw e;
      } catch (RuntimeException e) {
        // An unknown state by Iceberg's word, or a failure of the catalog's database: look.
        if (!lookedUp(e)) {
          throw unknown("It is not known whether the commit took effect", e);
        }
        return;
      }
    }
  }

  private void append(List<DataFile> files) {
    Table table = catalog.loadTable(identifier);
    if (layout.isNew()
        && !(table.schema().sameSchema(layout.schema())
            && table.spec().compatibleWith(layout.spec()))) {
      throw new StorageException(
          layout.table(),
          "The Iceberg table "
              + layout.table()
              + " was made by somebody else in the meantime, with another schema or partitioning;"
              + " run the export again",
          null);
    }
    prepared(table.newAppend(), files).commit();
  }

  /** A new table and its first rows appear together. */
  private void create(List<DataFile> files) {
    if (catalog instanceof SupportsNamespaces namespaces) {
      createNamespace(namespaces, identifier.namespace());
    }
    Transaction transaction =
        catalog
            .buildTable(identifier, layout.schema())
            .withPartitionSpec(layout.spec())
            .withLocation(layout.location())
            .withProperties(layout.properties())
            .createTransaction();
    if (!transaction.table().schema().sameSchema(layout.schema())) {
      throw new StorageException(
          layout.table(),
          "The catalog gave the columns of " + layout.table() + " other ids than it planned",
          null);
    }
    prepared(transaction.newAppend(), files).commit();
    transaction.commitTransaction();
  }

  /** Others may make it at the same moment, which not every catalog reports in the same way. */
  private void createNamespace(SupportsNamespaces namespaces, Namespace namespace) {
    if (namespaces.namespaceExists(namespace)) {
      return;
    }
    try {
      namespaces.createNamespace(namespace);
    } catch (RuntimeException e) {
      if (!namespaces.namespaceExists(namespace)) {
        throw new StorageException(
            layout.table(),
            "The namespace " + namespace + " cannot be made in the catalog: " + e.getMessage(),
            e);
      }
    }
  }

  private AppendFiles prepared(AppendFiles append, List<DataFile> files) {
    files.forEach(append::appendFile);
    return append.set(JOB_ID, jobId).validateWith(new NotCommittedBefore());
  }

  /** The snapshot of this job, if the table has one. */
  private Optional<Snapshot> committed() {
    if (!catalog.tableExists(identifier)) {
      return Optional.empty();
    }
    for (Snapshot snapshot : catalog.loadTable(identifier).snapshots()) {
      if (jobId.equals(snapshot.summary().get(JOB_ID))) {
        return Optional.of(snapshot);
      }
    }
    return Optional.empty();
  }

  private boolean lookedUp(RuntimeException failure) {
    try {
      return committed().isPresent();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  private void discardUnless(List<DataFile> files, Snapshot snapshot) {
    Set<String> kept = new HashSet<>();
    SnapshotChanges.builderFor(catalog.loadTable(identifier))
        .snapshot(snapshot)
        .build()
        .addedDataFiles()
        .forEach(file -> kept.add(file.location()));
    DataFiles.delete(io, files.stream().filter(file -> !kept.contains(file.location())).toList());
  }

  private CommitResult result(Snapshot snapshot) {
    Map<String, String> summary = snapshot.summary();
    int files = Integer.parseInt(summary.getOrDefault(SnapshotSummary.ADDED_FILES_PROP, "0"));
    long bytes = Long.parseLong(summary.getOrDefault(SnapshotSummary.ADDED_FILE_SIZE_PROP, "0"));
    return new CommitResult(
        layout.table() + " in " + layout.location(),
        files,
        bytes,
        OptionalLong.of(snapshot.snapshotId()));
  }

  private StorageException refused(List<DataFile> files, RuntimeException e) {
    DataFiles.delete(io, files);
    return new StorageException(
        layout.table(),
        "The catalog refused the commit to " + layout.table() + ": " + e.getMessage(),
        e);
  }

  private UnknownCommitStateException unknown(String message, @Nullable RuntimeException e) {
    return new UnknownCommitStateException(
        layout.table(),
        String.format(
            "%s. Look for a snapshot of %s whose summary has %s=%s before you run the export again;"
                + " its data files were left in place%s",
            message, layout.table(), JOB_ID, jobId, e == null ? "" : ": " + e.getMessage()),
        e);
  }

  private final class NotCommittedBefore implements SnapshotAncestryValidator {
    @Override
    public boolean validate(Iterable<Snapshot> ancestry) {
      for (Snapshot snapshot : ancestry) {
        if (jobId.equals(snapshot.summary().get(JOB_ID))) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String errorMessage() {
      return "export " + jobId + " was committed before";
    }
  }
}
