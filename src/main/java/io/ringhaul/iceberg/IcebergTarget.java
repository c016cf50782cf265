package io.ringhaul.iceberg;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * An Iceberg table that an export appends to, and creates if it is not there. The rows of an
 * export, and a table that is new, become visible in one snapshot.
 *
 * <p>Immutable: each method that changes a setting gives a new target.
 */
public final class IcebergTarget implements ExportTarget {

  private static final long DEFAULT_FILE_BYTES = 128L << 20;
  private static final long LEAST_FILE_BYTES = 1L << 20;

  private final CatalogSource catalog;
  private final Optional<TableIdentifier> table;
  private final List<PartitionExpression> partitioning;
  private final long targetFileBytes;

  private IcebergTarget(
      CatalogSource catalog,
      Optional<TableIdentifier> table,
      List<PartitionExpression> partitioning,
      long targetFileBytes) {
    this.catalog = catalog;
    this.table = table;
    this.partitioning = partitioning;
    this.targetFileBytes = targetFileBytes;
  }

  /**
   * A table in a folder of this machine. Its catalog is {@code catalog.db} in the folder, an
   * Iceberg JDBC catalog on SQLite; the folder is made if need be. Needs {@code
   * org.xerial:sqlite-jdbc}.
   */
  public static IcebergTarget warehouse(Path folder) {
    return new IcebergTarget(
        CatalogSource.warehouse(folder), Optional.empty(), List.of(), DEFAULT_FILE_BYTES);
  }

  /** A table in the given catalog, which stays the caller's. */
  public static IcebergTarget catalog(Catalog catalog) {
    return new IcebergTarget(
        CatalogSource.of(catalog), Optional.empty(), List.of(), DEFAULT_FILE_BYTES);
  }

  /**
   * The table's name, {@code namespace.table}. Default: the keyspace and the name of the table that
   * is exported.
   *
   * @throws InvalidSettingException if there is no namespace or a part is empty
   */
  public IcebergTarget table(String name) {
    return new IcebergTarget(
        catalog, Optional.of(TableNames.parse(name)), partitioning, targetFileBytes);
  }

  /**
   * How a new table is partitioned: column names or Iceberg's transforms, {@code year(c)}, {@code
   * month(c)}, {@code day(c)}, {@code hour(c)}, {@code bucket(n, c)}, {@code truncate(n, c)}. A
   * table that exists must be partitioned just so. Default: a new table is not partitioned, an
   * existing one is written as it is partitioned.
   *
   * @throws InvalidSettingException if an expression does not parse
   */
  public IcebergTarget partitionBy(String... expressions) {
    return new IcebergTarget(
        catalog,
        table,
        Stream.of(expressions).map(PartitionExpression::parse).toList(),
        targetFileBytes);
  }

  /**
   * The size at which a data file is ended and another begun, in bytes, 1 MiB or more. Default: 128
   * MiB.
   *
   * @throws InvalidSettingException if it is out of bounds
   */
  public IcebergTarget targetFileSize(long bytes) {
    if (bytes < LEAST_FILE_BYTES) {
      throw new InvalidSettingException(
          "targetFileSize",
          "targetFileSize is " + bytes + " bytes; it takes " + LEAST_FILE_BYTES + " or more");
    }
    return new IcebergTarget(catalog, table, partitioning, bytes);
  }

  @Override
  public TargetSession open() {
    return new IcebergTargetSession(catalog, table, partitioning, targetFileBytes);
  }
}
