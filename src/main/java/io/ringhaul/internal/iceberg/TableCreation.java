package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.StorageTrouble;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.BadRequestException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.exceptions.ValidationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the table of an export. Usually the catalog only stages it: it gives the table a location
 * and credentials, and the table appears with its rows at the commit. Some catalogs cannot do this:
 * they refuse to stage a table, or they choose another location each time they are asked, so that
 * data and metadata would be in different folders, or their credentials end soon and only those of
 * an existing table are renewed. There the table is created empty before the first row is read, the
 * commit adds the rows, and an export that is given up drops it.
 */
final class TableCreation {

  /**
   * The property of a table that an export has created empty, with the export's id. The first
   * commit removes it.
   */
  static final String CREATOR = "ringhaul.created-empty-by";

  private static final Logger LOG = LoggerFactory.getLogger(TableCreation.class);

  /** Iceberg's S3 access asks for new credentials 5 minutes before the end of the old ones. */
  private static final Duration SHORT_LIFE = Duration.ofMinutes(10);

  /**
   * Answers of REST catalogs that do not have an operation: 405 and 406, which the specification
   * names. Iceberg's client turns 501 into an {@link UnsupportedOperationException}.
   */
  private static final Pattern UNSUPPORTED =
      Pattern.compile("Unable to process \\(code: 40[56],.*", Pattern.DOTALL);

  /** The answer 422 of REST catalogs to a request that they understand and do not accept. */
  private static final Pattern UNPROCESSABLE =
      Pattern.compile("Unable to process \\(code: 422,.*", Pattern.DOTALL);

  /**
   * What catalogs say of a staged table that they answer with 400, as AWS Glue does: "Malformed
   * request: Stage create is not supported". Names of tables may contain the word stage too, so
   * that the word alone does not tell.
   */
  private static final Pattern STAGE_CREATE =
      Pattern.compile(
          "\\bstaged?[- ]?creat"
              + "|\\bstag(?:e|ed|ing)\\b.*(?:not supported|unsupported)"
              + "|(?:not supported|unsupported).*\\bstag(?:e|ed|ing)\\b",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final Catalog catalog;
  private final TableIdentifier identifier;
  private final Schema schema;
  private final PartitionSpec spec;
  private final Map<String, String> properties;
  private final UUID job;

  TableCreation(
      Catalog catalog,
      TableIdentifier identifier,
      Schema schema,
      PartitionSpec spec,
      Map<String, String> properties,
      UUID job) {
    this.catalog = catalog;
    this.identifier = identifier;
    this.schema = schema;
    this.spec = spec;
    this.properties = properties;
    this.job = job;
  }

  /**
   * Stages the table, or creates it empty.
   *
   * @throws AlreadyExistsException if the table exists
   */
  TableStorage.Opened begin() {
    Table first;
    try {
      first = stagedInNamespace();
    } catch (RuntimeException e) {
      if (!isUnstaged(e)) {
        throw e;
      }
      return empty("the catalog does not support staged tables");
    }
    Table located;
    try {
      located = staged(Optional.of(first.location()));
    } catch (RuntimeException e) {
      if (!isLocationRefused(e)) {
        throw e;
      }
      LOG.debug("The catalog rejects the location {}", first.location(), e);
      return empty("the catalog accepts no location for a staged table");
    }
    if (!located.location().equals(first.location())) {
      return empty("the catalog chooses another location for each staged table");
    }
    Optional<Instant> end = TableStorage.end(located.io());
    if (end.isPresent() && end.get().isBefore(Instant.now().plus(SHORT_LIFE))) {
      return empty("the credentials of a staged table would end at " + end.get());
    }
    return new TableStorage.Opened(located, true);
  }

  /** Stages the table. Some catalogs need its namespace for that, others only at the commit. */
  private Table stagedInNamespace() {
    try {
      return staged(Optional.empty());
    } catch (NoSuchNamespaceException e) {
      createNamespace(catalog, identifier);
      return staged(Optional.empty());
    }
  }

  private Table staged(Optional<String> location) {
    Catalog.TableBuilder builder = builder();
    location.ifPresent(builder::withLocation);
    return builder.createTransaction().table();
  }

  private TableStorage.Opened empty(String reason) {
    createNamespace(catalog, identifier);
    Map<String, String> marked = new HashMap<>(properties);
    marked.put(CREATOR, job.toString());
    Table created = builder().withProperties(marked).create();
    LOG.info(
        "The Iceberg table {} is created empty and gets its rows at the commit: {}",
        identifier,
        reason);
    return new TableStorage.Opened(created, false);
  }

  private Catalog.TableBuilder builder() {
    return catalog
        .buildTable(identifier, schema)
        .withPartitionSpec(spec)
        .withProperties(properties);
  }

  /** Returns whether the catalog cannot stage tables. A failed request says nothing about it. */
  private static boolean isUnstaged(RuntimeException failure) {
    return isUnsupported(failure)
        || (isBadRequest(failure) && STAGE_CREATE.matcher(said(failure)).find());
  }

  /** Returns whether the catalog, which has just staged the table, rejects its location. */
  private static boolean isLocationRefused(RuntimeException failure) {
    return isUnsupported(failure)
        || isBadRequest(failure)
        || failure instanceof ForbiddenException
        || failure instanceof ValidationException
        || UNPROCESSABLE.matcher(said(failure)).matches();
  }

  private static boolean isUnsupported(RuntimeException failure) {
    return failure instanceof UnsupportedOperationException
        || (failure instanceof RESTException && UNSUPPORTED.matcher(said(failure)).matches());
  }

  /** Iceberg's client turns some answers with status 400 into IllegalArgumentExceptions. */
  private static boolean isBadRequest(RuntimeException failure) {
    return failure instanceof BadRequestException || failure instanceof IllegalArgumentException;
  }

  private static String said(RuntimeException failure) {
    return String.valueOf(failure.getMessage());
  }

  /**
   * Keeps an empty table that another export has created: if that export is given up, it no longer
   * drops the table. Other exports may do the same concurrently.
   */
  static void adopt(Table table, UUID job) {
    IcebergCommit.ConflictPatience patience =
        new IcebergCommit.ConflictPatience(table.name(), IcebergCommit.ConflictPatience.MOST);
    while (isOfAnother(table, job)) {
      try {
        table.updateProperties().remove(CREATOR).commit();
      } catch (CommitFailedException e) {
        if (!patience.lastsAfterConflict()) {
          throw e;
        }
        table.refresh();
      }
    }
  }

  private static boolean isOfAnother(Table table, UUID job) {
    String creator = table.properties().get(CREATOR);
    return creator != null && !creator.equals(job.toString());
  }

  /** Drops the table if the export has created it empty and nothing was committed to it since. */
  static void undo(Catalog catalog, TableIdentifier identifier, UUID job) {
    if (!catalog.tableExists(identifier)) {
      return;
    }
    Table table = catalog.loadTable(identifier);
    if (!job.toString().equals(table.properties().get(CREATOR))) {
      return;
    }
    // A catalog with a cache may have returned the table as it was before the last commits.
    table.refresh();
    if (!job.toString().equals(table.properties().get(CREATOR)) || !PlannedTable.isEmpty(table)) {
      LOG.info(
          "The Iceberg table {}, which the export {} created without rows, is kept: another program"
              + " has written to it",
          identifier,
          job);
      return;
    }
    catalog.dropTable(identifier, false);
    LOG.info(
        "The Iceberg table {}, which the export {} created without rows, is dropped",
        identifier,
        job);
    // Not left to the catalog: a purge would delete the rows of a commit at this moment.
    if (table instanceof BaseTable known) {
      TableMetadata metadata = known.operations().current();
      metadata.previousFiles().forEach(file -> delete(table, file.file()));
      delete(table, metadata.metadataFileLocation());
    }
  }

  private static void delete(Table table, String metadataFile) {
    try {
      table.io().deleteFile(metadataFile);
    } catch (RuntimeException e) {
      LOG.warn("{} belongs to no table, but could not be deleted", metadataFile, e);
    }
  }

  /**
   * Creates the table's namespace. Another process may create it concurrently, which catalogs
   * report with different exceptions.
   */
  static void createNamespace(Catalog catalog, TableIdentifier identifier) {
    Namespace namespace = identifier.namespace();
    if (!(catalog instanceof SupportsNamespaces namespaces)
        || namespaces.namespaceExists(namespace)) {
      return;
    }
    try {
      namespaces.createNamespace(namespace);
    } catch (RuntimeException e) {
      if (!namespaces.namespaceExists(namespace)) {
        throw new StorageException(
            identifier.toString(),
            "The namespace "
                + namespace
                + " cannot be created in the catalog: "
                + StorageTrouble.ofCatalog(e),
            e);
      }
    }
  }
}
