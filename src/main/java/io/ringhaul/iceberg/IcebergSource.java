package io.ringhaul.iceberg;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * An Iceberg table, as it is or as it was, to import from. Rows that delete files take away are
 * left out.
 *
 * <p>Immutable: each method that changes a setting gives a new source.
 */
public final class IcebergSource implements ImportSource {

  private final CatalogSource catalog;
  private final Optional<TableIdentifier> table;
  private final OptionalLong snapshotId;
  private final Optional<Instant> asOf;

  private IcebergSource(
      CatalogSource catalog,
      Optional<TableIdentifier> table,
      OptionalLong snapshotId,
      Optional<Instant> asOf) {
    this.catalog = catalog;
    this.table = table;
    this.snapshotId = snapshotId;
    this.asOf = asOf;
  }

  /** A table in a folder of this machine, as {@link IcebergTarget#warehouse} makes it. */
  public static IcebergSource warehouse(Path folder) {
    return new IcebergSource(
        CatalogSource.existingWarehouse(folder),
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty());
  }

  /** A table in the given catalog, which stays the caller's. */
  public static IcebergSource catalog(Catalog catalog) {
    return new IcebergSource(
        CatalogSource.of(catalog), Optional.empty(), OptionalLong.empty(), Optional.empty());
  }

  /**
   * The table's name, {@code namespace.table}. Default: the keyspace and the name of the table that
   * is imported into.
   *
   * @throws InvalidSettingException if there is no namespace or a part is empty
   */
  public IcebergSource table(String name) {
    return new IcebergSource(catalog, Optional.of(TableNames.parse(name)), snapshotId, asOf);
  }

  /**
   * The snapshot to read. Default: the current one. Excludes {@link #asOf}.
   *
   * @throws InvalidSettingException if a moment is set too
   */
  public IcebergSource snapshot(long id) {
    return checked(new IcebergSource(catalog, table, OptionalLong.of(id), asOf));
  }

  /**
   * Reads the snapshot that was current at that moment. Default: the current one. Excludes {@link
   * #snapshot}.
   *
   * @throws InvalidSettingException if a snapshot is set too
   */
  public IcebergSource asOf(Instant moment) {
    return checked(new IcebergSource(catalog, table, snapshotId, Optional.of(moment)));
  }

  @Override
  public SourceSession open() {
    return new IcebergSourceSession(catalog, table, snapshotId, asOf);
  }

  private static IcebergSource checked(IcebergSource source) {
    if (source.snapshotId.isPresent() && source.asOf.isPresent()) {
      throw new InvalidSettingException(
          "snapshot", "Set either snapshot or asOf: both name the state to read");
    }
    return source;
  }
}
