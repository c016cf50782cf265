package io.ringhaul.iceberg;

import io.ringhaul.disk.StorageTrouble;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TaskOutput;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one commit of an export. The job's id stands in the snapshot's summary: by it a second commit
 * of the same job is recognised, and a commit whose answer was lost is found.
 */
final class IcebergCommit {

  private static final Logger LOG = LoggerFactory.getLogger(IcebergCommit.class);
  private static final int ATTEMPTS = 10;

  private final Catalog catalog;
  private final WriteLayout layout;
  private final FileIO io;
  private final TableIdentifier identifier;
  private final String jobId;
  private final JobSnapshot jobSnapshot;

  IcebergCommit(Catalog catalog, WriteLayout layout, FileIO io) {
    this.catalog = catalog;
    this.layout = layout;
    this.io = io;
    this.identifier = TableIdentifier.parse(layout.table());
    this.jobId = layout.jobId().toString();
    this.jobSnapshot = new JobSnapshot(catalog, identifier, layout.publication().ref(), jobId);
  }

  /**
   * Commits, or finds what an earlier commit of the job has done.
   *
   * @throws StorageException if the catalog refuses; the files stay and can be committed again
   * @throws UnknownCommitStateException if it is not known; committing again finds out
   */
  CommitResult run(List<TaskOutput> outputs) {
    List<DataFile> files = DataFiles.of(outputs, layout.spec());
    Optional<Snapshot> earlier;
    try {
      earlier = jobSnapshot.find();
    } catch (RuntimeException e) {
      // An earlier commit of the job may have taken effect: the files may be the table's.
      throw unknown(e);
    }
    if (earlier.isPresent()) {
      LOG.info("Export {} was committed to {} before; it is left as it is", jobId, identifier);
      return found(files, earlier.get());
    }
    if (isInTable(files)) {
      LOG.info("Export {} was committed to {}, and its snapshot has expired", jobId, identifier);
      return result(files, OptionalLong.empty());
    }
    for (int attempt = 1; ; attempt++) {
      try {
        new TableCommit(catalog, layout, jobSnapshot).run(files);
        return done(files);
      } catch (RuntimeException e) {
        // Whatever the catalog says, it may have committed: look.
        Optional<Snapshot> snapshot = look(e);
        if (snapshot.isPresent()) {
          return found(files, snapshot.get());
        }
        if (e instanceof StorageException refusal) {
          throw refusal;
        }
        if (CommitTrouble.isOfStorage(e)) {
          throw refused(e);
        }
        if (!isRefusal(e)) {
          throw unknown(e);
        }
        // Somebody else was faster: the next attempt stands on what they committed.
        if (attempt == ATTEMPTS || e instanceof ValidationException) {
          throw refused(e);
        }
      }
    }
  }

  /** Whether the catalog says for certain that nothing was committed. */
  private static boolean isRefusal(RuntimeException failure) {
    return failure instanceof CommitFailedException
        || failure instanceof AlreadyExistsException
        || failure instanceof ValidationException;
  }

  private Optional<Snapshot> look(RuntimeException failure) {
    try {
      return jobSnapshot.find();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      throw unknown(failure);
    }
  }

  /** The commit took effect; not being able to read it back does not undo it. */
  private CommitResult done(List<DataFile> files) {
    OptionalLong snapshotId = OptionalLong.empty();
    try {
      Optional<Snapshot> snapshot = jobSnapshot.find();
      snapshotId = snapshot.map(s -> OptionalLong.of(s.snapshotId())).orElse(snapshotId);
    } catch (RuntimeException e) {
      LOG.warn("Export {} is committed to {}, but cannot be read back", jobId, identifier, e);
    }
    return result(files, snapshotId);
  }

  private CommitResult result(List<DataFile> files, OptionalLong snapshotId) {
    return new CommitResult(
        display(),
        files.size(),
        files.stream().mapToLong(DataFile::fileSizeInBytes).sum(),
        snapshotId);
  }

  /** A job's snapshot may have expired, with its rows in the table still. */
  private boolean isInTable(List<DataFile> files) {
    try {
      return jobSnapshot.hasFiles(
          files.stream().map(file -> DataFileName.of(file.location())).collect(Collectors.toSet()),
          layout.origin().sequenceNumber());
    } catch (RuntimeException e) {
      throw unknown(e);
    }
  }

  /** The job was committed before or elsewhere: what this run wrote beside it goes. */
  private CommitResult found(List<DataFile> files, Snapshot snapshot) {
    try {
      Set<String> kept =
          jobSnapshot.dataFiles(snapshot).stream()
              .map(DataFileName::of)
              .collect(Collectors.toSet());
      DataFiles.delete(
          io,
          files.stream().filter(file -> !kept.contains(DataFileName.of(file.location()))).toList());
    } catch (RuntimeException e) {
      LOG.warn("Data files of export {} that are in no snapshot may be left", jobId, e);
    }
    Map<String, String> summary = snapshot.summary();
    return new CommitResult(
        display(),
        Integer.parseInt(summary.getOrDefault(SnapshotSummary.ADDED_FILES_PROP, "0")),
        Long.parseLong(summary.getOrDefault(SnapshotSummary.ADDED_FILE_SIZE_PROP, "0")),
        OptionalLong.of(snapshot.snapshotId()));
  }

  private String display() {
    return layout.table() + " in " + layout.location();
  }

  private StorageException refused(RuntimeException e) {
    return new StorageException(
        layout.table(),
        String.format(
            "Nothing was committed to the Iceberg table %s: %s",
            layout.table(),
            CommitTrouble.isOfStorage(e)
                ? StorageTrouble.of(e)
                : "the catalog refused it: " + e.getMessage()),
        e);
  }

  private UnknownCommitStateException unknown(RuntimeException e) {
    return new UnknownCommitStateException(
        layout.table(),
        String.format(
            "It is not known whether the commit took effect. Look for a snapshot of %s whose"
                + " summary has %s=%s before you run the export again; its data files were left in"
                + " place: %s",
            layout.table(), JobSnapshot.JOB_ID, jobId, e.getMessage()),
        e);
  }
}
