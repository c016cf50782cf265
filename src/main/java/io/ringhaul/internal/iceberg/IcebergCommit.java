package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.internal.disk.StorageTrouble;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.EnvironmentContext;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.ReplacePartitions;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CleanableFailure;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits an export. The table then contains the job's id. With it this class recognizes a second
 * commit of the same job, finds a commit whose response was lost, and detects a commit that the
 * catalog put on another branch.
 */
final class IcebergCommit {

  private static final Logger LOG = LoggerFactory.getLogger(IcebergCommit.class);
  private static final int MOST_NAMED = 10;

  /**
   * Name and version for the snapshot's summary. Iceberg's {@link EnvironmentContext} has one value
   * for the whole process, which belongs to the application.
   */
  private static final String ENGINE = "ringhaul";

  private static final String VERSION =
      Objects.requireNonNullElse(
          IcebergCommit.class.getPackage().getImplementationVersion(), "development");

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
   * Commits, or returns the result of an earlier commit of the job.
   *
   * @throws StorageException if a data file is missing or the catalog rejects the commit; the files
   *     stay and the commit can be repeated
   * @throws UnknownCommitStateException if it is unknown whether the commit took effect, or if the
   *     rows are on another branch; repeating the commit finds out
   */
  CommitResult run(JobOutputs outputs) {
    List<DataFile> files = outputs.dataFiles();
    List<ContentFile<?>> all = outputs.contentFiles();
    handle.requireTheSame();
    Optional<JobCommit.Found> earlier;
    try {
      earlier = jobCommit.find();
      requireNotOnMain(earlier);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (RuntimeException e) {
      // An earlier commit of the job may have taken effect, so the files may belong to the table.
      throw unknown(e);
    }
    if (earlier.isPresent()) {
      LOG.info(
          "Export {} was committed to {} before; nothing is committed again",
          layout.jobId(),
          identifier);
      return found(all, earlier.get());
    }
    requireDataFiles(outputs);
    requireWhole(all);
    ConflictPatience patience = new ConflictPatience(layout.table(), ConflictPatience.MOST);
    while (true) {
      try {
        new TableCommit(catalog, layout, jobCommit, patience).run(files, outputs.deleteFiles());
        return done(all);
      } catch (UnknownCommitStateException e) {
        throw e;
      } catch (RuntimeException e) {
        // The commit may have taken effect despite the failure: check the table.
        Optional<JobCommit.Found> taken = look(e);
        if (taken.isPresent()) {
          return found(all, taken.get());
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
        // After a conflict the next attempt is based on the concurrent commit.
        if (!CommitTrouble.isConflict(e)
            || e instanceof ValidationException
            || !patience.lastsAfterConflict()) {
          throw refused(e);
        }
      }
    }
  }

  private void requireDataFiles(JobOutputs outputs) {
    if (outputs.rowsWithoutDataFile() != 0) {
      throw new StorageException(
          layout.table(),
          String.format(
              "Nothing was committed to the Iceberg table %s: %d rows of finished tasks are in no"
                  + " data file. Resume the job, or, without a job store, run the export again",
              layout.table(), outputs.rowsWithoutDataFile()),
          null);
    }
  }

  /**
   * Fails if data files are missing or changed: the table could not be read. The failure is not
   * retried, because a program that deletes data files would also delete those of a second attempt;
   * the user must stop it.
   */
  private void requireWhole(List<ContentFile<?>> files) {
    List<WholeFiles.Damage> damages;
    try {
      damages = new WholeFiles(io).damages(files.stream().map(WholeFiles.Written::of).toList());
    } catch (RuntimeException e) {
      throw new StorageException(
          layout.table(),
          String.format(
              "Nothing was committed to the Iceberg table %s: the data files of the export could"
                  + " not be checked: %s",
              layout.table(), StorageTrouble.ofCatalog(e)),
          e);
    }
    if (!damages.isEmpty()) {
      throw new StorageException(
          layout.table(),
          String.format(
              "Nothing was committed to the Iceberg table %s: of %d data files of the export, %d"
                  + " are missing or have changed: %s%s. Another program changes files under %s"
                  + " during exports, such as a removal of orphan files that includes recent ones:"
                  + " stop it first. Then resume the job, which repeats only the tasks of these"
                  + " files, or, without a job store, run the export again",
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

  /**
   * Fails if the catalog does not support branches and put the rows on the main branch: another
   * commit would add them again.
   */
  private void requireNotOnMain(Optional<JobCommit.Found> onBranch) {
    Optional<Snapshot> onMain = onBranch.isPresent() ? Optional.empty() : jobCommit.onMain();
    if (onMain.isPresent()) {
      Long before = onMain.get().parentId();
      throw new UnknownCommitStateException(
          layout.table(),
          String.format(
              "The rows of export %s are on the main branch of the Iceberg table %s (snapshot %d)"
                  + " and not on the requested branch %s: the catalog does not support Iceberg's"
                  + " branches, or the rows were already published. If they should not be there,"
                  + " %s. To examine rows before they are published, export to another table, or"
                  + " without %s through a catalog that is opened on its own branch",
              layout.jobId(),
              layout.table(),
              onMain.get().snapshotId(),
              layout.publication().ref(),
              before == null
                  ? "restore the state before that snapshot with the means of the catalog"
                  : "roll the main branch back to snapshot " + before,
              Setting.BRANCH.callWithValue()),
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

  /**
   * Checks that the table contains the commit that the catalog accepted. If the table does not show
   * the commit's snapshot, its files must be in a later one: the job's property alone may be what a
   * lost commit has left.
   */
  private CommitResult done(List<ContentFile<?>> files) {
    Optional<JobCommit.Found> committed;
    try {
      handle.requireTheSame();
      committed =
          jobCommit
              .find()
              .filter(
                  found ->
                      found.snapshotId().isPresent()
                          || files.isEmpty()
                          || !namesInTable(files).isEmpty());
      requireNotOnMain(committed);
    } catch (UnknownCommitStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unknown(e);
    }
    if (committed.isEmpty()) {
      try {
        jobCommit.forget();
      } catch (RuntimeException e) {
        LOG.warn(
            "The property of the lost commit of export {} remains in the Iceberg table {}",
            layout.jobId(),
            layout.table(),
            e);
      }
      throw lost();
    }
    return result(committed.get());
  }

  private UnknownCommitStateException lost() {
    return new UnknownCommitStateException(
        layout.table(),
        String.format(
            "The catalog accepted the commit of export %s to the Iceberg table %s, but the branch"
                + " %s has no snapshot of it: the catalog lost the commit, or the commit was rolled"
                + " back or its rows were replaced immediately. Its data files were not deleted;"
                + " check the table before you run the export again",
            layout.jobId(), layout.table(), layout.publication().ref()),
        null);
  }

  /** Returns the names of the files that are in any snapshot of the table. */
  private Set<String> namesInTable(List<ContentFile<?>> files) {
    return TableFiles.inAny(
        catalog.loadTable(identifier),
        layout.origin().sequenceNumber(),
        files.stream().map(file -> DataFileName.of(file.location())).collect(Collectors.toSet()));
  }

  /**
   * Fails if only the job's property tells of a commit, and a file of that commit exists but no
   * snapshot has or removes it: a lost commit has left the property, and the files may be the only
   * copy of the rows. A file that a compaction or an overwrite has removed is deleted when the
   * snapshot that removes it expires.
   */
  private void requireNotLost(JobCommit.Found commit) {
    if (commit.file().isEmpty()) {
      return;
    }
    String file = commit.file().get();
    boolean isLost;
    try {
      isLost =
          io.newInputFile(file).exists()
              && !TableFiles.wasAdded(catalog.loadTable(identifier), DataFileName.of(file));
    } catch (RuntimeException e) {
      throw unknown(e);
    }
    if (isLost) {
      throw lost();
    }
  }

  /**
   * Returns the result of a commit that another run of the job made, and deletes the files that
   * only this run wrote.
   *
   * @throws UnknownCommitStateException if the commit was lost
   */
  private CommitResult found(List<ContentFile<?>> files, JobCommit.Found commit) {
    requireNotLost(commit);
    try {
      Set<String> kept = namesInTable(files);
      WrittenFiles.discard(
          io,
          files.stream()
              .map(ContentFile::location)
              .filter(location -> !kept.contains(DataFileName.of(location)))
              .toList());
    } catch (RuntimeException e) {
      LOG.warn(
          "Data files of export {} that are in no snapshot may not have been deleted",
          layout.jobId(),
          e);
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
                : "the catalog rejected the commit: " + StorageTrouble.ofCatalog(e)),
        e);
  }

  private UnknownCommitStateException unknown(RuntimeException e) {
    return new UnknownCommitStateException(
        layout.table(),
        String.format(
            "It is unknown whether the commit took effect. Before you run the export again, check"
                + " whether %s has a snapshot whose summary contains %s=%s; the data files were not"
                + " deleted: %s",
            layout.table(), JobCommit.JOB_ID, layout.jobId(), StorageTrouble.ofCatalog(e)),
        e);
  }

  /** One attempt of a commit: a transaction on the table's current state. */
  static final class TableCommit {

    private final Catalog catalog;
    private final WriteLayout layout;
    private final TableIdentifier identifier;
    private final JobCommit jobCommit;
    private final ConflictPatience patience;
    private final PlannedTable planned;

    TableCommit(
        Catalog catalog, WriteLayout layout, JobCommit jobCommit, ConflictPatience patience) {
      this.catalog = catalog;
      this.layout = layout;
      this.identifier = TableIdentifier.parse(layout.table());
      this.jobCommit = jobCommit;
      this.patience = patience;
      this.planned = new PlannedTable(layout);
    }

    /**
     * Creates the table if it does not exist, changes its schema and properties, and adds the
     * files.
     *
     * @param deletes the deletes of an incremental export
     * @throws StorageException if the files were not written for the table's current state
     */
    void run(List<DataFile> files, List<DeleteFile> deletes) {
      if (catalog.tableExists(identifier)) {
        change(files, deletes);
      } else {
        planned.requireMissing();
        create(files);
      }
    }

    /** Changes schema, properties and rows of an existing table in one transaction. */
    private void change(List<DataFile> files, List<DeleteFile> deletes) {
      Table table = catalog.loadTable(identifier);
      planned.requireTheSame(table);
      Transaction transaction = patience.transaction(table);
      UpdateSchema schema = table.updateSchema();
      if (SchemaChanges.add(schema, table.schema(), layout.schema().columns())) {
        UpdateSchema update = transaction.updateSchema();
        SchemaChanges.add(update, table.schema(), layout.schema().columns());
        update.commit();
      }
      planned.requireSchema(transaction.table().schema());
      Nessie.guardFirstCommit(catalog, table, transaction);
      changeProperties(transaction, table.properties(), files);
      createBranch(transaction, table);
      switch (layout.publication().mode()) {
        case CREATE, APPEND -> append(transaction, files);
        case OVERWRITE -> overwrite(transaction, files);
        case REPLACE_PARTITIONS -> replacePartitions(transaction, files);
        case MERGE -> merge(transaction, files, deletes);
      }
      transaction.commitTransaction();
    }

    /** Changes all properties in one update: Nessie rejects a second property update. */
    private void changeProperties(
        Transaction transaction, Map<String, String> present, List<DataFile> files) {
      Map<String, String> wanted = new HashMap<>(layout.publication().tableProperties());
      wanted.entrySet().removeAll(present.entrySet());
      wanted.putAll(jobCommit.property(files));
      UpdateProperties update = transaction.updateProperties();
      wanted.forEach(update::set);
      if (present.containsKey(TableCreation.CREATOR)) {
        update.remove(TableCreation.CREATOR);
      }
      JobCommit.forgotten(present).stream()
          .filter(key -> !wanted.containsKey(key))
          .forEach(update::remove);
      update.commit();
    }

    /** Creates the table and adds its first rows in one transaction. */
    private void create(List<DataFile> files) {
      TableCreation.createNamespace(catalog, identifier);
      Transaction transaction =
          catalog
              .buildTable(identifier, layout.schema())
              .withPartitionSpec(layout.spec())
              .withLocation(layout.location())
              .withProperties(layout.properties())
              .withProperties(jobCommit.property(files))
              .createTransaction();
      if (!transaction.table().schema().sameSchema(layout.schema())) {
        throw new StorageException(
            layout.table(),
            "The catalog assigned other column ids to " + layout.table() + " than it planned",
            null);
      }
      if (!transaction.table().location().equals(layout.location())) {
        throw new StorageException(
            layout.table(),
            String.format(
                "Nothing was committed to the Iceberg table %s: its files were written to %s, but"
                    + " the catalog now creates it in %s; create the table first, without rows, and"
                    + " run the export again",
                layout.table(), layout.location(), transaction.table().location()),
            null);
      }
      append(transaction, files);
      transaction.commitTransaction();
    }

    /**
     * Creates a missing branch at the main branch's snapshot. Iceberg would do this too, but count
     * the rows of the main branch as 0 in the totals of the snapshot's summary.
     */
    private void createBranch(Transaction transaction, Table table) {
      Snapshot main = table.currentSnapshot();
      String ref = layout.publication().ref();
      if (main != null && !table.refs().containsKey(ref)) {
        transaction.manageSnapshots().createBranch(ref, main.snapshotId()).commit();
      }
    }

    private void append(Transaction transaction, List<DataFile> files) {
      AppendFiles append = transaction.newAppend();
      files.forEach(append::appendFile);
      commit(append);
    }

    private void overwrite(Transaction transaction, List<DataFile> files) {
      OverwriteFiles overwrite =
          transaction.newOverwrite().overwriteByRowFilter(Expressions.alwaysTrue());
      files.forEach(overwrite::addFile);
      commit(overwrite);
    }

    private void replacePartitions(Transaction transaction, List<DataFile> files) {
      if (files.isEmpty()) {
        // Nothing is replaced; the snapshot records the job's commit.
        append(transaction, files);
        return;
      }
      ReplacePartitions replace = transaction.newReplacePartitions();
      files.forEach(replace::addFile);
      commit(replace);
    }

    private void merge(Transaction transaction, List<DataFile> files, List<DeleteFile> deletes) {
      RowDelta delta = transaction.newRowDelta();
      files.forEach(delta::addRows);
      deletes.forEach(delta::addDeletes);
      commit(delta);
    }

    private <T extends SnapshotUpdate<T>> void commit(T update) {
      SnapshotAncestryValidator absence = jobCommit.absence(layout.publication().mode());
      update
          .set(JobCommit.JOB_ID, layout.jobId().toString())
          .set(EnvironmentContext.ENGINE_NAME, ENGINE)
          .set(EnvironmentContext.ENGINE_VERSION, VERSION)
          .validateWith(layout.merge().map(merge -> merge.isNext(absence)).orElse(absence));
      layout.merge().ifPresent(merge -> merge.summary().forEach(update::set));
      layout.publication().branch().ifPresent(update::toBranch);
      update.commit();
    }
  }

  /** Classifies the failures of commits. */
  private static final class CommitTrouble {

    /**
     * SQLITE_READONLY, SQLITE_FULL and SQLITE_CANTOPEN, after which SQLite has rolled back the
     * transaction.
     */
    private static final Set<Integer> SQLITE_CODES = Set.of(8, 13, 14);

    /** Mask of the primary error code in an extended one of SQLite. */
    private static final int PRIMARY_CODE = 0xff;

    /**
     * The message of Iceberg's REST client for a 4xx response, other than 408, without a specific
     * exception.
     */
    private static final Pattern REST_REFUSAL =
        Pattern.compile("Unable to process \\(code: 4(?!08)[0-9]{2},.*", Pattern.DOTALL);

    /** Packages of Iceberg with the access to object stores. */
    private static final Pattern OBJECT_STORE =
        Pattern.compile("org\\.apache\\.iceberg\\.(?:aws\\.s3|gcp\\.gcs|azure\\.adlsv2)\\..*");

    private CommitTrouble() {}

    /** Returns whether a concurrent change prevented the commit, so that nothing was committed. */
    static boolean isConflict(RuntimeException failure) {
      return failure instanceof CommitFailedException
          || failure instanceof AlreadyExistsException
          || failure instanceof ValidationException
          || failure instanceof ConflictPatience.CrowdedException;
    }

    /**
     * Returns whether the catalog rejected the commit, so that a retry is useless. For a REST
     * catalog these are responses 400 to 499, except 408, which is a timeout.
     */
    static boolean isRefusal(RuntimeException failure) {
      return failure instanceof ForbiddenException
          || failure instanceof NotAuthorizedException
          || failure instanceof BadRequestException
          || failure instanceof NoSuchTableException
          || failure instanceof NoSuchNamespaceException
          || (failure instanceof IllegalArgumentException && isAnswer(failure))
          || (failure instanceof RESTException
              && REST_REFUSAL.matcher(String.valueOf(failure.getMessage())).matches());
    }

    /**
     * Returns whether Iceberg's REST client created the exception: it turns some bad-request
     * responses into IllegalArgumentExceptions.
     */
    private static boolean isAnswer(RuntimeException failure) {
      StackTraceElement[] trace = failure.getStackTrace();
      return trace.length > 0
          && trace[0].getClassName().startsWith("org.apache.iceberg.rest.ErrorHandlers");
    }

    /**
     * Returns whether a file, an object, or the file of a SQLite catalog could not be written. No
     * request to the catalog is pending then, so the table shows whether the commit took effect.
     */
    static boolean isOfStorage(RuntimeException failure) {
      if (failure instanceof UncheckedIOException) {
        return true;
      }
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof SQLException sql
            && sql.getClass().getName().startsWith("org.sqlite.")
            && SQLITE_CODES.contains(sql.getErrorCode() & PRIMARY_CODE)) {
          return true;
        }
        if (isOfObjectStore(cause)) {
          return true;
        }
      }
      return false;
    }

    /** The clients of object stores have no common exception, and catalogs use some of them too. */
    private static boolean isOfObjectStore(Throwable cause) {
      return Arrays.stream(cause.getStackTrace())
          .anyMatch(call -> OBJECT_STORE.matcher(call.getClassName()).matches());
    }
  }

  /**
   * Limits how long a commit is retried after conflicts with concurrent commits. Iceberg itself
   * only limits the number of retries, with pauses of up to a minute, which can take hours.
   */
  static final class ConflictPatience {

    static final Duration MOST = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(ConflictPatience.class);
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final String table;
    private final Duration most;
    private int conflicts;
    private long first;

    /**
     * @param table the table's name, for messages
     * @param most the time from the first conflict to the last retry; a pause that has begun is not
     *     shortened
     */
    ConflictPatience(String table, Duration most) {
      this.table = table;
      this.most = most;
    }

    /** Counts a conflict and returns whether to retry the commit. */
    boolean lastsAfterConflict() {
      if (conflicts++ == 0) {
        first = System.nanoTime();
      }
      Duration passed = passed();
      if (passed.compareTo(QUIET) > 0) {
        LOG.warn(
            "Waiting for other writers of the Iceberg table {}: their commits came before {}"
                + " attempts of this commit within {} s; it is given up after {} s",
            table,
            conflicts,
            passed.toSeconds(),
            most.toSeconds());
      }
      return passed.compareTo(most) < 0;
    }

    private Duration passed() {
      return Duration.ofNanos(System.nanoTime() - first);
    }

    /** Returns a transaction on an existing table that stops its own retries at the time limit. */
    Transaction transaction(Table of) {
      return of instanceof BaseTable known
          ? Transactions.newTransaction(
              of.name(), new Operations(known.operations()), known.reporter())
          : of.newTransaction();
    }

    /**
     * Ends Iceberg's retries of a transaction, whose pauses double up to a minute: a writer that
     * pauses long never gets its turn among many others. The next transaction pauses shortly again.
     */
    static final class CrowdedException extends RuntimeException implements CleanableFailure {
      private static final long serialVersionUID = 1;

      private CrowdedException(CommitFailedException cause) {
        super(cause.getMessage(), cause);
      }
    }

    private final class Operations implements TableOperations {

      private final TableOperations real;
      private final long begun = System.nanoTime();

      private Operations(TableOperations real) {
        this.real = real;
      }

      @Override
      public void commit(TableMetadata base, TableMetadata metadata) {
        try {
          real.commit(base, metadata);
        } catch (CommitFailedException e) {
          if (lastsAfterConflict()) {
            if (Duration.ofNanos(System.nanoTime() - begun).compareTo(QUIET) > 0) {
              throw new CrowdedException(e);
            }
            throw e;
          }
          throw new ValidationException(
              e,
              "concurrent commits caused %s conflicts in %s s; repeat it when there are fewer (%s)",
              conflicts,
              passed().toSeconds(),
              e.getMessage());
        }
      }

      @Override
      public TableMetadata current() {
        return real.current();
      }

      @Override
      public TableMetadata refresh() {
        return real.refresh();
      }

      @Override
      public FileIO io() {
        return real.io();
      }

      @Override
      public EncryptionManager encryption() {
        return real.encryption();
      }

      @Override
      public String metadataFileLocation(String fileName) {
        return real.metadataFileLocation(fileName);
      }

      @Override
      public LocationProvider locationProvider() {
        return real.locationProvider();
      }

      @Override
      public TableOperations temp(TableMetadata uncommitted) {
        return real.temp(uncommitted);
      }

      @Override
      public long newSnapshotId() {
        return real.newSnapshotId();
      }

      @Override
      public boolean requireStrictCleanup() {
        return real.requireStrictCleanup();
      }
    }
  }
}
