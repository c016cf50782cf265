package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.disk.StorageTrouble;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one commit of an export. The table knows the job's id afterwards: by it a second commit of
 * the same job is recognised, a commit whose answer was lost is found, and one that the catalog has
 * put elsewhere is told.
 */
final class IcebergCommit {

  private static final Logger LOG = LoggerFactory.getLogger(IcebergCommit.class);
  private static final int MOST_NAMED = 10;

  private final CatalogSource.Handle handle;
  private final Catalog catalog;
  private final WriteLayout layout;
  private final FileIO io;
  private final TableIdentifier identifier;
  private final JobCommit jobCommit;

  IcebergCommit(CatalogSource.Handle handle, WriteLayout layout, FileIO io) {
    this.handle = handle;
    this.catalog = handle.catalog();
    this.layout = layout;
    this.io = io;
    this.identifier = TableIdentifier.parse(layout.table());
    this.jobCommit = layout.jobCommit(catalog);
  }

  /**
   * Commits, or finds what an earlier commit of the job has done.
   *
   * @throws StorageException if a data file is gone, or the catalog refuses; the files stay and can
   *     be committed again
   * @throws UnknownCommitStateException if it is not known, or if the rows are on another branch;
   *     committing again finds out
   */
  CommitResult run(List<TaskOutput> outputs) {
    List<DataFile> files = DataFiles.of(outputs, layout.spec());
    handle.requireTheSame();
    Optional<JobCommit.Found> earlier;
    try {
      earlier = jobCommit.find();
      requireNotOnMain(earlier);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (RuntimeException e) {
      // An earlier commit of the job may have taken effect: the files may be the table's.
      throw unknown(e);
    }
    if (earlier.isPresent()) {
      LOG.info(
          "Export {} was committed to {} before; it is left as it is", layout.jobId(), identifier);
      return found(files, earlier.get());
    }
    requireWhole(files);
    ConflictPatience patience = new ConflictPatience(layout.table(), ConflictPatience.MOST);
    while (true) {
      try {
        new TableCommit(catalog, layout, jobCommit, patience).run(files);
        return done();
      } catch (UnknownCommitStateException e) {
        throw e;
      } catch (RuntimeException e) {
        // Whatever the catalog says, it may have committed: look.
        Optional<JobCommit.Found> taken = look(e);
        if (taken.isPresent()) {
          return found(files, taken.get());
        }
        if (e instanceof StorageException refusal) {
          throw refusal;
        }
        if (CommitTrouble.isOfStorage(e)) {
          throw refused(e);
        }
        if (!CommitTrouble.isConflict(e) && !CommitTrouble.isRefusal(e)) {
          throw unknown(e);
        }
        // Somebody else was faster: the next attempt stands on what they committed.
        if (!CommitTrouble.isConflict(e)
            || e instanceof ValidationException
            || !patience.lastsAfterConflict()) {
          throw refused(e);
        }
      }
    }
  }

  /**
   * A table that lists a file which is not there cannot be read. Whatever deletes data files while
   * the export runs would take those of a second try as well: somebody has to know of it.
   */
  private void requireWhole(List<DataFile> files) {
    List<WholeFiles.Damage> damages;
    try {
      damages = new WholeFiles(io).damages(files);
    } catch (RuntimeException e) {
      throw new StorageException(
          layout.table(),
          String.format(
              "Nothing was committed to the Iceberg table %s: it could not be found out whether the"
                  + " data files of the export are still there: %s",
              layout.table(), e.getMessage()),
          e);
    }
    if (!damages.isEmpty()) {
      throw new StorageException(
          layout.table(),
          String.format(
              "Nothing was committed to the Iceberg table %s: of %d data files that the export had"
                  + " finished %d are no longer as they were written: %s%s. Something changes files"
                  + " under %s while exports run, such as a removal of orphan files that takes"
                  + " young ones: stop that first. Then resume the job, which runs the tasks of"
                  + " these files again and no others, or, without a job store, run the export"
                  + " again",
              layout.table(),
              files.size(),
              damages.size(),
              damages.stream()
                  .limit(MOST_NAMED)
                  .map(WholeFiles.Damage::toString)
                  .collect(Collectors.joining("; ")),
              damages.size() > MOST_NAMED ? "; and " + (damages.size() - MOST_NAMED) + " more" : "",
              layout.location()),
          null);
    }
  }

  /** A catalog without branches puts rows on the main one, and would do so once more. */
  private void requireNotOnMain(Optional<JobCommit.Found> onBranch) {
    Optional<Snapshot> onMain = onBranch.isPresent() ? Optional.empty() : jobCommit.onMain();
    if (onMain.isPresent()) {
      Long before = onMain.get().parentId();
      throw new UnknownCommitStateException(
          layout.table(),
          String.format(
              "The rows of export %s are on the main branch of the Iceberg table %s (snapshot %d)"
                  + " and not on the branch %s that was asked for: the catalog does not keep"
                  + " branches as Iceberg has them, or the rows were published already. If they are"
                  + " not to be there, %s. For looking at rows before they are published, export to"
                  + " another table, or without branch(...) (--branch) through a catalog that is"
                  + " opened on a branch of its own",
              layout.jobId(),
              layout.table(),
              onMain.get().snapshotId(),
              layout.publication().ref(),
              before == null
                  ? "bring it back to what it was before that snapshot, as the catalog lets you"
                  : "roll the main branch back to snapshot " + before),
          null);
    }
  }

  private Optional<JobCommit.Found> look(RuntimeException failure) {
    try {
      return jobCommit.find();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
      throw CommitTrouble.isRefusal(failure) ? refused(failure) : unknown(failure);
    }
  }

  /** The catalog has taken the commit: what it says is looked at in the table. */
  private CommitResult done() {
    Optional<JobCommit.Found> committed;
    try {
      handle.requireTheSame();
      committed = jobCommit.find();
      requireNotOnMain(committed);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unknown(e);
    }
    return committed
        .map(this::result)
        .orElseThrow(
            () ->
                new UnknownCommitStateException(
                    layout.table(),
                    String.format(
                        "The catalog took the commit of export %s to the Iceberg table %s without"
                            + " an error, and the branch %s has no snapshot of it: the catalog lost"
                            + " the commit, or somebody has taken it back at once. Its data files"
                            + " were left in place; look at the table before you run the export"
                            + " again",
                        layout.jobId(), layout.table(), layout.publication().ref()),
                    null));
  }

  /** The job was committed before or elsewhere: what this run wrote beside it goes. */
  private CommitResult found(List<DataFile> files, JobCommit.Found commit) {
    try {
      Set<String> names =
          files.stream().map(file -> DataFileName.of(file.location())).collect(Collectors.toSet());
      Set<String> kept =
          TableFiles.inAny(catalog.loadTable(identifier), layout.origin().sequenceNumber(), names);
      DataFiles.delete(
          io,
          files.stream().filter(file -> !kept.contains(DataFileName.of(file.location()))).toList());
    } catch (RuntimeException e) {
      LOG.warn("Data files of export {} that are in no snapshot may be left", layout.jobId(), e);
    }
    return result(commit);
  }

  private CommitResult result(JobCommit.Found commit) {
    return new CommitResult(
        layout.table() + " in " + layout.location(),
        commit.files(),
        commit.bytes(),
        commit.snapshotId());
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
            layout.table(), JobCommit.JOB_ID, layout.jobId(), e.getMessage()),
        e);
  }
}
