package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.exceptions.UnknownCommitStateException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.internal.disk.StorageTrouble;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.ReplacePartitions;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.Transactions;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
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

  /** One attempt of a commit: a transaction on the table as it is now. */
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
     * Makes the table if need be, changes its schema and properties, and adds the files.
     *
     * @throws StorageException if the table is no longer the one that the files were written for
     */
    void run(List<DataFile> files) {
      if (catalog.tableExists(identifier)) {
        change(files);
      } else {
        planned.requireMissing();
        create(files);
      }
    }

    /** Schema, properties and rows of a table that is there change together. */
    private void change(List<DataFile> files) {
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
      changeProperties(transaction, table.properties(), files);
      switch (layout.publication().mode()) {
        case CREATE, APPEND -> append(transaction, files);
        case OVERWRITE -> overwrite(transaction, files);
        case REPLACE_PARTITIONS -> replacePartitions(transaction, files);
      }
      transaction.commitTransaction();
    }

    /** In one update: Nessie takes no second one of a kind. */
    private void changeProperties(
        Transaction transaction, Map<String, String> present, List<DataFile> files) {
      Map<String, String> wanted = new HashMap<>(layout.publication().tableProperties());
      wanted.entrySet().removeAll(present.entrySet());
      wanted.putAll(jobCommit.property(files));
      UpdateProperties update = transaction.updateProperties();
      wanted.forEach(update::set);
      JobCommit.forgotten(present).stream()
          .filter(key -> !wanted.containsKey(key))
          .forEach(update::remove);
      update.commit();
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
              .withProperties(jobCommit.property(files))
              .createTransaction();
      if (!transaction.table().schema().sameSchema(layout.schema())) {
        throw new StorageException(
            layout.table(),
            "The catalog gave the columns of " + layout.table() + " other ids than it planned",
            null);
      }
      append(transaction, files);
      transaction.commitTransaction();
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
        // Nothing is replaced; the snapshot says that the job is done.
        append(transaction, files);
        return;
      }
      ReplacePartitions replace = transaction.newReplacePartitions();
      files.forEach(replace::addFile);
      commit(replace);
    }

    private <T extends SnapshotUpdate<T>> void commit(T update) {
      update
          .set(JobCommit.JOB_ID, layout.jobId().toString())
          .validateWith(jobCommit.absence(layout.publication().mode()));
      layout.publication().branch().ifPresent(update::toBranch);
      update.commit();
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
  }

  /** Tells failures of the storage from failures of a catalog. */
  private static final class CommitTrouble {

    /** SQLITE_READONLY, SQLITE_FULL and SQLITE_CANTOPEN: its transaction is undone then. */
    private static final Set<Integer> SQLITE_CODES = Set.of(8, 13, 14);

    /** The rest of a code of SQLite says more of the same. */
    private static final int PRIMARY_CODE = 0xff;

    /** How Iceberg's REST client tells an answer that it has no exception of its own for. */
    private static final Pattern REST_REFUSAL =
        Pattern.compile("Unable to process \\(code: 4(?!08)[0-9]{2},.*", Pattern.DOTALL);

    private CommitTrouble() {}

    /** Whether somebody else was faster, so that nothing was committed. */
    static boolean isConflict(RuntimeException failure) {
      return failure instanceof CommitFailedException
          || failure instanceof AlreadyExistsException
          || failure instanceof ValidationException;
    }

    /**
     * Whether the catalog refused the commit, which would not help to send again. A catalog over
     * REST means that by an answer from 400 to 499; 408 says that it has waited too long, and no
     * more.
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

    /** Some servers call a bad request an illegal argument, as which Iceberg's client throws it. */
    private static boolean isAnswer(RuntimeException failure) {
      StackTraceElement[] trace = failure.getStackTrace();
      return trace.length > 0
          && trace[0].getClassName().startsWith("org.apache.iceberg.rest.ErrorHandlers");
    }

    /**
     * Whether a commit failed since a file could not be written, so that the catalog was not asked;
     * or since a catalog that is a file could not be written. Nothing is under way any more then,
     * so that a look at the table tells whether the commit took effect.
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
      }
      return false;
    }
  }

  /**
   * How long a commit is tried again while others commit to the same table first. Iceberg counts
   * tries, with pauses of up to a minute between them, which can come to hours.
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
     * @param table the table's name, for people
     * @param most from the first conflict to the last try; a pause that has begun by then is not
     *     cut
     */
    ConflictPatience(String table, Duration most) {
      this.table = table;
      this.most = most;
    }

    /** Counts a conflict; whether the commit is to be tried again. */
    boolean lastsAfterConflict() {
      if (conflicts++ == 0) {
        first = System.nanoTime();
      }
      Duration passed = passed();
      if (passed.compareTo(QUIET) > 0) {
        LOG.warn(
            "Others commit to the Iceberg table {} all the time: {} tries in {} s came too late",
            table,
            conflicts,
            passed.toSeconds());
      }
      return passed.compareTo(most) < 0;
    }

    private Duration passed() {
      return Duration.ofNanos(System.nanoTime() - first);
    }

    /** A transaction on a table that is there, which ends its own tries in time. */
    Transaction transaction(Table of) {
      return of instanceof BaseTable known
          ? Transactions.newTransaction(
              of.name(), new Operations(known.operations()), known.reporter())
          : of.newTransaction();
    }

    private final class Operations implements TableOperations {

      private final TableOperations real;

      private Operations(TableOperations real) {
        this.real = real;
      }

      @Override
      public void commit(TableMetadata base, TableMetadata metadata) {
        try {
          real.commit(base, metadata);
        } catch (CommitFailedException e) {
          if (lastsAfterConflict()) {
            throw e;
          }
          throw new ValidationException(
              e,
              "others committed first, %s times in %s s; try it again when there are fewer (%s)",
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
