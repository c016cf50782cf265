package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.StorageException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.ReplacePartitions;
import org.apache.iceberg.SnapshotUpdate;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.UpdateProperties;
import org.apache.iceberg.UpdateSchema;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;

/** One attempt of a commit: a transaction on the table as it is now. */
final class TableCommit {

  private final Catalog catalog;
  private final WriteLayout layout;
  private final TableIdentifier identifier;
  private final JobCommit jobCommit;
  private final ConflictPatience patience;
  private final PlannedTable planned;

  TableCommit(Catalog catalog, WriteLayout layout, JobCommit jobCommit, ConflictPatience patience) {
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
