package io.ringhaul.iceberg;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.UuidForm;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.iceberg.CatalogSource;
import io.ringhaul.internal.iceberg.CommitMode;
import io.ringhaul.internal.iceberg.ConfiguredCatalog;
import io.ringhaul.internal.iceberg.IcebergTargetSession;
import io.ringhaul.internal.iceberg.PartitionExpression;
import io.ringhaul.internal.iceberg.SecretProperties;
import io.ringhaul.internal.iceberg.TableNames;
import io.ringhaul.internal.iceberg.TargetSettings;
import io.ringhaul.internal.parquet.ParquetCodecs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Exports to a new or existing Iceberg table; {@link #mode} sets how existing rows are treated. One
 * commit publishes the rows of an export together with the new table or the changes of an existing
 * one.
 *
 * <p>The schema of an existing table follows the table in Cassandra: new columns are added, types
 * are promoted if Iceberg allows it (int to long, float to double, a decimal to more digits), and
 * columns that were dropped in Cassandra stay, without values in new rows. The export fails before
 * it writes anything if Iceberg cannot make a change.
 *
 * <p>A new table gets the primary key as its identifier fields if Iceberg allows it: every key
 * column must be exported, have a primitive type other than float and double, and never be null.
 * The table property {@code ringhaul.identifier-fields} lists them or contains the reason why there
 * are none.
 *
 * <p>Immutable: each method that changes a setting returns a new target.
 */
@CheckReturnValue
public final class IcebergTarget implements ExportTarget {

  private static final long LEAST_FILE_BYTES = 1L << 20;
  private static final String OWN_PROPERTIES = "ringhaul.";

  /** The versions of Iceberg's table format that an export can write. */
  private static final Set<String> FORMAT_VERSIONS = Set.of("1", "2", "3");

  private final TargetSettings settings;

  private IcebergTarget(TargetSettings settings) {
    this.settings = settings;
  }

  /**
   * Returns a target for a table in a local warehouse folder. The catalog is {@code catalog.db} in
   * the folder, an Iceberg JDBC catalog on SQLite. A missing folder is created. Requires {@code
   * org.xerial:sqlite-jdbc}.
   */
  public static IcebergTarget warehouse(Path folder) {
    return new IcebergTarget(TargetSettings.of(CatalogSource.warehouse(folder)));
  }

  /** Returns a target for a table in the given catalog. The caller closes the catalog. */
  public static IcebergTarget catalog(Catalog catalog) {
    return new IcebergTarget(TargetSettings.of(CatalogSource.of(catalog)));
  }

  /**
   * Returns a target for a table in a catalog that Iceberg creates from its own properties, such as
   * {@code type=rest}, {@code uri} and {@code warehouse}. The export opens the catalog and closes
   * it. Ringhaul's defaults for properties that are not set:
   *
   * <ul>
   *   <li>{@code rest}: connecting takes at most 10 seconds, an answer 60 seconds ({@code
   *       rest.client.connection-timeout-ms}, {@code rest.client.socket-timeout-ms}); no metrics
   *       are sent to the catalog ({@code rest-metrics-reporting-enabled})
   *   <li>{@code jdbc}, {@code hive} and {@code nessie}: {@code io-impl} is chosen by the scheme of
   *       a file's location; in a {@code jdbc} catalog with a local warehouse, files are forced to
   *       the disk
   * </ul>
   *
   * <p>Properties may contain secrets: they are not stored with the job or in the table. A resumed
   * job uses those of the request that resumes it; name, type, {@code uri} and {@code warehouse}
   * must be the same. Catalogs of type {@code hadoop} are rejected, because they lose commits when
   * several programs write at the same time.
   *
   * @param name the catalog's name; a JDBC catalog finds its tables by it
   * @param properties Iceberg's catalog properties with {@code type} or {@code catalog-impl}
   * @throws InvalidSettingException if the type or a property that it needs is missing, if a class
   *     is not on the class path, or if {@code uri} contains a password
   */
  public static IcebergTarget catalog(String name, Map<String, String> properties) {
    return new IcebergTarget(TargetSettings.of(ConfiguredCatalog.toWrite(name, properties)));
  }

  /**
   * Sets the table's name, {@code namespace.table}. Default: the keyspace and name of the exported
   * table.
   *
   * @throws InvalidSettingException if the namespace is missing or a part is blank
   */
  public IcebergTarget table(String name) {
    return new IcebergTarget(settings.withTable(TableNames.parse(name)));
  }

  /**
   * Sets the table. Default: as {@link #table(String)}.
   *
   * @throws InvalidSettingException if the namespace is missing or a part is blank
   */
  public IcebergTarget table(TableIdentifier identifier) {
    return new IcebergTarget(settings.withTable(TableNames.checked(identifier)));
  }

  /**
   * Sets the partitioning of a new table: column names or Iceberg's transforms {@code year(c)},
   * {@code month(c)}, {@code day(c)}, {@code hour(c)}, {@code bucket(n, c)}, {@code truncate(n, c)}
   * and {@code void(c)}, which must not be the only one. A dot selects a field of a user-defined
   * type or tuple: {@code month(contract.since)}. An existing table must have the same
   * partitioning. Default: a new table is not partitioned, an existing one keeps its partitioning.
   *
   * <p>The rows of a partition are collected from all tasks before its data files are written, so
   * that the files are few and large. Until the commit, this takes about twice the space of the
   * result. With the property {@code write.distribution-mode=none}, each task writes its own files.
   *
   * <p>If a column is used without a transform, folder names contain its values, so the storage may
   * reject long texts. A NaN or an infinity in such a column causes an {@link
   * io.ringhaul.exceptions.UnrepresentableValueException}.
   *
   * @throws InvalidSettingException if the syntax of an expression is wrong
   */
  public IcebergTarget partitionBy(String... expressions) {
    return new IcebergTarget(
        settings.withPartitioning(Stream.of(expressions).map(PartitionExpression::parse).toList()));
  }

  /**
   * Sets the size in bytes at which a data file is ended and the next one begun, 1 MiB or more.
   * Default: 128 MiB.
   *
   * @throws InvalidSettingException if {@code bytes} is less than 1 MiB
   */
  public IcebergTarget targetFileSize(long bytes) {
    if (bytes < LEAST_FILE_BYTES) {
      throw new InvalidSettingException(
          "targetFileSize",
          "targetFileSize is " + bytes + " bytes; it must be " + LEAST_FILE_BYTES + " or more");
    }
    return new IcebergTarget(settings.withTargetFileBytes(bytes));
  }

  /**
   * Sets how the rows of an existing table are treated. Default: {@link WriteMode#CREATE}.
   *
   * <ul>
   *   <li>{@link WriteMode#CREATE}: a table with a snapshot on any branch is rejected before a row
   *       is read, unless the snapshot is this export's own commit. A table without a snapshot,
   *       such as one just created by hand, is filled with its own partitioning.
   *   <li>{@link WriteMode#APPEND}: adds the rows. A missing table is created.
   *   <li>{@link WriteMode#OVERWRITE}: one snapshot replaces all rows with the new ones, even if
   *       there are none. It also removes rows that concurrent commits add during the export.
   *       Earlier snapshots keep their rows. A missing table is created.
   * </ul>
   *
   * @throws InvalidSettingException if {@link #overwritePartitions} is set too
   */
  public IcebergTarget mode(WriteMode mode) {
    if (settings.mode().filter(set -> set == CommitMode.REPLACE_PARTITIONS).isPresent()) {
      throw contradiction();
    }
    return new IcebergTarget(settings.withMode(CommitMode.valueOf(mode.name())));
  }

  /**
   * Replaces the partitions of the table that the export has rows for, in one snapshot. Other
   * partitions stay; an export without rows replaces nothing. A missing table is created. Default:
   * {@link #mode} applies.
   *
   * @throws InvalidSettingException if {@link #mode} is set too
   */
  public IcebergTarget overwritePartitions() {
    if (settings.mode().filter(set -> set != CommitMode.REPLACE_PARTITIONS).isPresent()) {
      throw contradiction();
    }
    return new IcebergTarget(settings.withMode(CommitMode.REPLACE_PARTITIONS));
  }

  /**
   * Sets the branch to write, so that rows can be examined before they are published. A new branch
   * starts at the main branch's current snapshot with its rows, so a table with rows needs a {@link
   * #mode} for a new branch too. A new table has an empty main branch and the rows only on this
   * branch. Schema and properties belong to the whole table: changes affect the main branch too.
   * The export fails if the catalog does not support branches of tables: with Nessie over REST
   * before a row is read, with other catalogs after the commit, by a check of the table. Default:
   * the main branch.
   *
   * @throws InvalidSettingException if the name is blank
   */
  public IcebergTarget branch(String name) {
    return new IcebergTarget(settings.withBranch(TableNames.ref("branch", name)));
  }

  /**
   * Sets a property of the new or existing table. It overrides the default of a new table. Call
   * this method once for each property. Default: new tables get format version 2, zstd, the table's
   * comment in Cassandra as {@code comment} and, for each uuid column, {@code
   * write.metadata.metrics.column.NAME=counts} and {@code
   * write.parquet.stats-enabled.column.NAME=false}: with bounds, Iceberg's Java readers (Spark,
   * Flink) skip files that contain the UUID they search for. Existing tables keep their properties;
   * a table that an export created gets the last two for new uuid columns.
   *
   * <p>{@code format-version} is 1, 2 or 3. In an existing table it must not be lower than that of
   * the table, which the commit raises.
   *
   * <p>Properties are stored with the job and in the table's metadata, which every reader of the
   * table can see, so a key or value that looks like a secret is rejected. Set secrets in the
   * properties of the catalog or in the environment.
   *
   * <p>Without a property, the files of this export use zstd level 1, and a column has a dictionary
   * if its first values in a file repeat ({@code write.parquet.dict-encoding-enabled.column.NAME}
   * overrides this).
   *
   * @throws InvalidSettingException if the key is blank or begins with {@code ringhaul.}, if
   *     Iceberg reserves the key, such as {@code current-schema}, if {@code format-version} is not
   *     1, 2 or 3, if key or value look like a secret, or if the key is {@code
   *     write.parquet.compression-codec} and {@link #compression} is set too
   */
  public IcebergTarget property(String key, String value) {
    if (key.isBlank() || key.startsWith(OWN_PROPERTIES)) {
      throw new InvalidSettingException(
          "property",
          "The table property \""
              + key
              + "\" cannot be set; the key must not be blank or begin with "
              + OWN_PROPERTIES);
    }
    if (key.equals(TableProperties.FORMAT_VERSION)) {
      if (!FORMAT_VERSIONS.contains(value)) {
        throw new InvalidSettingException(
            "property",
            "The table property " + key + " is \"" + value + "\"; it must be 1, 2 or 3");
      }
    } else if (TableProperties.RESERVED_PROPERTIES.contains(key)) {
      throw new InvalidSettingException(
          "property",
          "The table property "
              + key
              + " cannot be set: Iceberg derives it from the table's metadata");
    }
    if (isSecret(key, value)) {
      throw new InvalidSettingException(
          "property",
          "The table property \""
              + key
              + "\" looks like a secret, but table properties are stored with the job and in the"
              + " table's metadata, which every reader can see; set it in the properties of the"
              + " catalog or in the environment");
    }
    return with(settings.withProperty(key, Objects.requireNonNull(value)));
  }

  /**
   * Sets the compression of this export's data files; a new table also uses it for later writes.
   * Default: the table's compression, zstd for a new table.
   *
   * @throws InvalidSettingException if Parquet does not support the compression (BZIP2 and XZ), or
   *     if the property {@code write.parquet.compression-codec} is set too
   */
  public IcebergTarget compression(Compression compression) {
    ParquetCodecs.name(compression);
    return with(settings.withCompression(compression));
  }

  /**
   * Writes a {@code decimal} or {@code varint} column as Iceberg's decimal with that precision and
   * scale. Values are not rounded or padded, except with {@link TypeMapping#ANALYTICS}: a value
   * with more digits or another scale than the column causes an {@link
   * io.ringhaul.exceptions.UnrepresentableValueException}, because an import would not restore it.
   * The scale of a varint is 0. Default: as {@link #decimals}; in an existing table, the column's
   * decimal type, whose values are padded.
   *
   * @param column the column's name, in CQL form
   * @param precision the maximum number of digits, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds
   */
  public IcebergTarget decimal(String column, int precision, int scale) {
    return new IcebergTarget(
        settings.withTypes(settings.types().decimal(column, precision, scale, false)));
  }

  /**
   * Sets the types of new columns for the CQL types with more than one: {@code decimal}, {@code
   * varint}, {@code time}, {@code uuid}, {@code timeuuid} and write times. A column that an
   * existing table has keeps its type. Default: {@link TypeMapping#EXACT}.
   */
  public IcebergTarget types(TypeMapping mapping) {
    return new IcebergTarget(settings.withTypes(settings.types().mapping(mapping)));
  }

  /**
   * Writes all {@code decimal} columns, and decimals inside other columns, as decimals of this
   * precision and scale, and all varints as decimals of this precision and the scale 0. A value
   * gets zeros up to the scale, and trailing zeros beyond it are removed; a value that would lose
   * another digit causes an {@link io.ringhaul.exceptions.UnrepresentableValueException}. An import
   * restores an equal number, possibly with another scale. A decimal in the partition key stays
   * text, because there Cassandra distinguishes 1.5 from 1.50. {@link #decimal}, {@link
   * #paddedDecimal} and {@link #asText} set the type of single columns. Default: as {@link #types}.
   *
   * @param precision the maximum number of digits, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds
   */
  public IcebergTarget decimals(int precision, int scale) {
    return new IcebergTarget(settings.withTypes(settings.types().decimals(precision, scale)));
  }

  /**
   * Writes a {@code decimal} or {@code varint} column as {@link #decimal} does, but a value of
   * another scale gets zeros at its end, or loses them, as with {@link #decimals}. The column must
   * not be in the partition key.
   *
   * @param column the column's name, in CQL form
   * @param precision the maximum number of digits, 1 to 38
   * @param scale the number of digits after the decimal point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds
   */
  public IcebergTarget paddedDecimal(String column, int precision, int scale) {
    return new IcebergTarget(
        settings.withTypes(settings.types().decimal(column, precision, scale, true)));
  }

  /**
   * Writes the decimals, varints, times and UUIDs of these columns, at any depth, as text, which
   * holds every value. A time has the form {@code 10:00:00.123456789}. Default: as {@link #types},
   * {@link #decimals} and {@link #uuids}.
   *
   * @param columns names in CQL form
   * @throws InvalidSettingException if a column is set with {@link #decimal} or {@link
   *     #paddedDecimal} too
   */
  public IcebergTarget asText(String... columns) {
    return new IcebergTarget(settings.withTypes(settings.types().asText(List.of(columns))));
  }

  /**
   * Sets the type of {@code uuid} and {@code timeuuid} values at any depth. Both preserve every
   * UUID. A column that an existing table has keeps its type, such as the strings of tables that
   * Spark SQL created. Default: text with {@link TypeMapping#ANALYTICS}, else UUID.
   */
  public IcebergTarget uuids(UuidForm form) {
    return new IcebergTarget(settings.withTypes(settings.types().uuids(form)));
  }

  @Override
  public TargetSession open() {
    return new IcebergTargetSession(settings);
  }

  @Override
  public Map<String, String> identity() {
    return settings.identity();
  }

  @Override
  public Optional<Path> localFolder() {
    return settings.catalog().folder();
  }

  /** Returns the folder for spilled rows of partitions; empty without partitioning. */
  @Override
  public Optional<Path> spillFolder() {
    return settings.partitioning().isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(System.getProperty("java.io.tmpdir")));
  }

  private static IcebergTarget with(TargetSettings settings) {
    if (settings.compression().isPresent()
        && settings.properties().containsKey(TableProperties.PARQUET_COMPRESSION)) {
      throw new InvalidSettingException(
          "compression",
          "compression and the property "
              + TableProperties.PARQUET_COMPRESSION
              + " both set the compression of data files: set only one");
    }
    return new IcebergTarget(settings);
  }

  /**
   * Returns whether key or value look like a secret. Keys that begin with {@code write.} may
   * contain any column name, so only their values are checked.
   */
  private static boolean isSecret(String key, String value) {
    return (!key.startsWith("write.") && SecretProperties.isSecretKey(key))
        || SecretProperties.hasPassword(value);
  }

  private static InvalidSettingException contradiction() {
    return new InvalidSettingException(
        "overwritePartitions",
        "overwritePartitions and "
            + Setting.MODE.mark()
            + " both set how existing rows are treated: set only one");
  }
}
