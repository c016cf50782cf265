package io.ringhaul.iceberg;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.GrowingSource;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.SourceSession;
import io.ringhaul.internal.iceberg.CatalogSource;
import io.ringhaul.internal.iceberg.ConfiguredCatalog;
import io.ringhaul.internal.iceberg.IcebergSourceSession;
import io.ringhaul.internal.iceberg.ReadPoint;
import io.ringhaul.internal.iceberg.TableNames;
import io.ringhaul.internal.parquet.ReadOptions;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Imports from an Iceberg table, in its current or an earlier state. Rows that delete files remove
 * are not imported. Fields go to the columns of the same name; a column without such a field takes
 * the only field whose name differs in case.
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
  private final ReadOptions options;

  private IcebergSource(
      CatalogSource catalog,
      Optional<TableIdentifier> table,
      ReadPoint point,
      ReadOptions options) {
    this.catalog = catalog;
    this.table = table;
    this.point = point;
    this.options = options;
  }

  private static IcebergSource of(CatalogSource catalog) {
    return new IcebergSource(catalog, Optional.empty(), new ReadPoint.Current(), ReadOptions.EXACT);
  }

  /**
   * Returns a source for a table in a local warehouse folder, see {@link IcebergTarget#warehouse}.
   * If the file {@code catalog.db} has no tables of the catalog {@code ringhaul} but those of one
   * catalog of another name, these are read. The file is not changed.
   */
  public static IcebergSource warehouse(Path folder) {
    return of(CatalogSource.existingWarehouse(folder));
  }

  /** Returns a source for a table in the given catalog. The caller closes the catalog. */
  public static IcebergSource catalog(Catalog catalog) {
    return of(CatalogSource.of(catalog));
  }

  /**
   * Returns a source for a table in a catalog that Iceberg creates from its own properties, see
   * {@link IcebergTarget#catalog(String, Map)}. The import opens the catalog and closes it.
   * Catalogs of type {@code hadoop} can be read. A JDBC catalog that does not exist is not created.
   *
   * @param name the catalog's name; a JDBC catalog finds its tables by it
   * @param properties Iceberg's catalog properties with {@code type} or {@code catalog-impl}
   * @throws InvalidSettingException if the type or a property that it needs is missing, if a class
   *     is not on the class path, or if {@code uri} contains a password
   */
  public static IcebergSource catalog(String name, Map<String, String> properties) {
    return new IcebergSource(
        ConfiguredCatalog.toRead(name, properties),
        Optional.empty(),
        new ReadPoint.Current(),
        ReadOptions.EXACT);
  }

  /**
   * Sets the table's name, {@code namespace.table}. Default: the keyspace and name of the target
   * table.
   *
   * @throws InvalidSettingException if the namespace is missing or a part is blank
   */
  public IcebergSource table(String name) {
    return new IcebergSource(catalog, Optional.of(TableNames.parse(name)), point, options);
  }

  /**
   * Sets the table. Default: as {@link #table(String)}.
   *
   * @throws InvalidSettingException if the namespace is missing or a part is blank
   */
  public IcebergSource table(TableIdentifier identifier) {
    return new IcebergSource(catalog, Optional.of(TableNames.checked(identifier)), point, options);
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

  /**
   * Sets the time zone of timestamps without one, such as Spark's {@code timestamp_ntz}, and of
   * texts of timestamps. A time in a gap of the zone's clock becomes the later time, and one in an
   * overlap has the earlier offset. Default: such timestamps are refused.
   */
  public IcebergSource timeZone(ZoneId zone) {
    return new IcebergSource(catalog, table, point, options.inZone(zone));
  }

  /**
   * Cuts off what is finer than a millisecond from timestamps, toward the past. Default: such a
   * timestamp is an {@link io.ringhaul.exceptions.UnrepresentableValueException}.
   */
  public IcebergSource truncateTimestamps() {
    return new IcebergSource(catalog, table, point, options.truncatingTimestamps());
  }

  /**
   * Leaves out null elements of lists, and entries of maps with a null, which CQL has not. Default:
   * a value with one is an {@link io.ringhaul.exceptions.UnrepresentableValueException}.
   */
  public IcebergSource dropNullElements() {
    return new IcebergSource(catalog, table, point, options.droppingNullElements());
  }

  @Override
  public Map<String, String> identity() {
    Map<String, String> parts = new HashMap<>();
    parts.put("source format", "iceberg");
    parts.put("source catalog", catalog.toString());
    parts.put("source table", table.map(TableIdentifier::toString).orElse("as the target"));
    parts.put("source state", point.toString());
    if (!options.equals(ReadOptions.EXACT)) {
      parts.put("source settings", options.toString());
    }
    return Map.copyOf(parts);
  }

  @Override
  public SourceSession open() {
    return new IcebergSourceSession(catalog, table, point, options);
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
    try (IcebergSourceSession session = new IcebergSourceSession(catalog, table, point, options)) {
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
            : new ReadPoint.Changes(Long.parseLong(from), last),
        options);
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
    return new IcebergSource(catalog, table, next, options);
  }
}
