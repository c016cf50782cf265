package io.ringhaul.iceberg;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.iceberg.CatalogSource;
import io.ringhaul.internal.iceberg.IcebergSourceSession;
import io.ringhaul.internal.iceberg.ReadPoint;
import io.ringhaul.internal.iceberg.TableNames;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Imports from an Iceberg table, in its current or an earlier state. Rows that delete files remove
 * are not imported.
 *
 * <p>At most one of {@link #snapshot}, {@link #asOf}, {@link #branch}, {@link #tag} and {@link
 * #changesBetween} sets the state to read. Default: the current snapshot.
 *
 * <p>Immutable: each method that changes a setting returns a new source.
 */
@CheckReturnValue
public final class IcebergSource implements GrowingSource {

  private final CatalogSource catalog;
  private final Optional<TableIdentifier> table;
  private final ReadPoint point;

  private IcebergSource(CatalogSource catalog, Optional<TableIdentifier> table, ReadPoint point) {
    this.catalog = catalog;
    this.table = table;
    this.point = point;
  }

  /**
   * Returns a source for a table in a local warehouse folder, see {@link IcebergTarget#warehouse}.
   */
  public static IcebergSource warehouse(Path folder) {
    return new IcebergSource(
        CatalogSource.existingWarehouse(folder), Optional.empty(), new ReadPoint.Current());
  }

  /** Returns a source for a table in the given catalog. The caller closes the catalog. */
  public static IcebergSource catalog(Catalog catalog) {
    return new IcebergSource(CatalogSource.of(catalog), Optional.empty(), new ReadPoint.Current());
  }

  /**
   * Sets the table's name, {@code namespace.table}. Default: the keyspace and name of the target
   * table.
   *
   * @throws InvalidSettingException if the namespace is missing or a part is blank
   */
  public IcebergSource table(String name) {
    return new IcebergSource(catalog, Optional.of(TableNames.parse(name)), point);
  }

  /**
   * Sets the table. Default: as {@link #table(String)}.
   *
   * @throws InvalidSettingException if the namespace is missing or a part is blank
   */
  public IcebergSource table(TableIdentifier identifier) {
    return new IcebergSource(catalog, Optional.of(TableNames.checked(identifier)), point);
  }

  /**
   * Reads the snapshot with the id, with the columns that the table had then.
   *
   * @throws InvalidSettingException if another state is set too
   */
  public IcebergSource snapshot(long id) {
    return at("snapshot", new ReadPoint.AtSnapshot(id));
  }

  /**
   * Reads the snapshot that was current at that moment, with the columns that the table had then.
   *
   * @throws InvalidSettingException if another state is set too
   */
  public IcebergSource asOf(Instant moment) {
    return at("asOf", new ReadPoint.AsOf(moment));
  }

  /**
   * Reads the last snapshot of a branch, with the table's current columns.
   *
   * @throws InvalidSettingException if another state is set too, or the name is blank
   */
  public IcebergSource branch(String name) {
    return at("branch", new ReadPoint.OnBranch(TableNames.ref("branch", name)));
  }

  /**
   * Reads the snapshot that has the tag, with the columns that the table had then.
   *
   * @throws InvalidSettingException if another state is set too, or the name is blank
   */
  public IcebergSource tag(String name) {
    return at("tag", new ReadPoint.AtTag(TableNames.ref("tag", name)));
  }

  /**
   * Reads only the rows that were added after one snapshot and up to another, with the columns that
   * the table had at the second. Snapshots that only rewrite files are skipped. The import fails if
   * a snapshot between them removes rows, by deletes or an overwrite, or if the first is not an
   * ancestor of the second.
   *
   * @param fromExclusive the id of the snapshot before the first change
   * @param toInclusive the id of the snapshot with the last change
   * @throws InvalidSettingException if another state is set too
   */
  public IcebergSource changesBetween(long fromExclusive, long toInclusive) {
    return at("changesBetween", new ReadPoint.Changes(fromExclusive, toInclusive));
  }

  @Override
  public Map<String, String> identity() {
    return Map.of(
        "source format", "iceberg",
        "source catalog", catalog.toString(),
        "source table", table.map(TableIdentifier::toString).orElse("as the target"),
        "source state", point.toString());
  }

  @Override
  public SourceSession open() {
    return new IcebergSourceSession(catalog, table, point);
  }

  /** Returns the id of the last snapshot, of the branch if one is set. */
  @Override
  public String position(String from) {
    if (table.isEmpty()) {
      throw new InvalidSettingException(
          "table", "Following an Iceberg table requires its name; call table(...)");
    }
    if (!(point instanceof ReadPoint.Current) && !(point instanceof ReadPoint.OnBranch)) {
      throw new InvalidSettingException(
          "follow", "snapshot, asOf, tag and changesBetween select a state that does not grow");
    }
    try (IcebergSourceSession session = new IcebergSourceSession(catalog, table, point)) {
      return session.position(table.get());
    }
  }

  @Override
  public ImportSource between(String from, String to) {
    long last = Long.parseLong(to);
    return new IcebergSource(
        catalog,
        table,
        from.equals(BEGINNING)
            ? new ReadPoint.AtSnapshot(last)
            : new ReadPoint.Changes(Long.parseLong(from), last));
  }

  private IcebergSource at(String setting, ReadPoint next) {
    if (!(point instanceof ReadPoint.Current) && point.getClass() != next.getClass()) {
      throw new InvalidSettingException(
          setting,
          String.format(
              "%s, asOf, %s, %s and %s each select the state to read: set only one",
              Setting.SNAPSHOT.mark(),
              Setting.BRANCH.mark(),
              Setting.TAG.mark(),
              Setting.CHANGES_BETWEEN.mark()));
    }
    return new IcebergSource(catalog, table, next);
  }
}
