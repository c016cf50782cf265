package io.ringhaul.iceberg;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.iceberg.CatalogSource;
import io.ringhaul.internal.iceberg.CommitMode;
import io.ringhaul.internal.iceberg.IcebergTargetSession;
import io.ringhaul.internal.iceberg.PartitionExpression;
import io.ringhaul.internal.iceberg.TableNames;
import io.ringhaul.internal.iceberg.TargetSettings;
import io.ringhaul.internal.parquet.ParquetCodecs;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;

/**
 * An Iceberg table that an export creates, or writes to as {@link #mode} says. The rows of an
 * export, a table that is new, and changes of a table that is not, become visible in one step.
 *
 * <p>A table that is there follows the table in Cassandra: a column that is new there is added, a
 * type is promoted where Iceberg can do so (int to long, float to double, a decimal to more
 * digits), and a column that was dropped there stays, without values in new rows. Where Iceberg
 * cannot follow, the export is refused before anything is written.
 *
 * <p>A new table gets the primary key as its identifier fields where Iceberg allows it: every
 * column of the key is exported, of a primitive type other than float and double, and never null.
 * The table property {@code ringhaul.identifier-fields} names them or says why there are none.
 *
 * <p>Immutable: each method that changes a setting gives a new target.
 */
public final class IcebergTarget implements ExportTarget {

  private static final long LEAST_FILE_BYTES = 1L << 20;
  private static final String OWN_PROPERTIES = "ringhaul.";

  private static final Pattern SECRET_KEY =
      Pattern.compile(
          "passw|passphrase|secret|token|credential|authorization"
              + "|(access|shared|account|private|api)[-_.]?key|connection-string",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern PASSWORD_IN_URL = Pattern.compile("://[^/@\\s]+:[^/@\\s]+@");

  private final TargetSettings settings;

  private IcebergTarget(TargetSettings settings) {
    this.settings = settings;
  }

  /**
   * A table in a folder of this machine. Its catalog is {@code catalog.db} in the folder, an
   * Iceberg JDBC catalog on SQLite; the folder is made if need be. Needs {@code
   * org.xerial:sqlite-jdbc}.
   */
  public static IcebergTarget warehouse(Path folder) {
    return new IcebergTarget(TargetSettings.of(CatalogSource.warehouse(folder)));
  }

  /** A table in the given catalog, which stays the caller's. */
  public static IcebergTarget catalog(Catalog catalog) {
    return new IcebergTarget(TargetSettings.of(CatalogSource.of(catalog)));
  }

  /**
   * The table's name, {@code namespace.table}. Default: the keyspace and the name of the table that
   * is exported.
   *
   * @throws InvalidSettingException if there is no namespace or a part is empty
   */
  public IcebergTarget table(String name) {
    return new IcebergTarget(settings.withTable(TableNames.parse(name)));
  }

  /**
   * How a new table is partitioned: column names or Iceberg's transforms, {@code year(c)}, {@code
   * month(c)}, {@code day(c)}, {@code hour(c)}, {@code bucket(n, c)}, {@code truncate(n, c)} and
   * {@code void(c)}, which needs others beside it. A field of a user-defined type or tuple is named
   * with a dot: {@code month(contract.since)}. A table that exists must be partitioned just so.
   * Default: a new table is not partitioned, an existing one is written as it is partitioned.
   *
   * <p>By a column itself: its values stand in the names of folders, so long texts may be refused
   * by the storage; a NaN or an infinity can be in no partition and is an {@link
   * io.ringhaul.exceptions.UnrepresentableValueException}.
   *
   * @throws InvalidSettingException if an expression does not parse
   */
  public IcebergTarget partitionBy(String... expressions) {
    return new IcebergTarget(
        settings.withPartitioning(Stream.of(expressions).map(PartitionExpression::parse).toList()));
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
    return new IcebergTarget(settings.withTargetFileBytes(bytes));
  }

  /**
   * What becomes of the rows of a table that is there. Default: {@link WriteMode#CREATE}.
   *
   * <ul>
   *   <li>{@link WriteMode#CREATE}: a table that has a snapshot, on whatever branch, is refused
   *       before a row is read, unless it has this export's own commit. One without a snapshot, as
   *       a table has none that was just created by hand, is filled as it is partitioned.
   *   <li>{@link WriteMode#APPEND}: the rows are added; a table that is not there is made.
   *   <li>{@link WriteMode#OVERWRITE}: one snapshot takes away all rows and brings the new ones,
   *       also if there are none. Rows that others add during the export go too. Earlier snapshots
   *       keep theirs. A table that is not there is made.
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
   * Replaces those partitions of the table that the export has rows for, in one snapshot; the
   * others stay, and an export without rows replaces nothing. A table that is not there is made.
   * Default: as {@link #mode} says.
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
   * The branch to write, for looking at the rows before they are published. A branch that is not
   * there begins at the main branch's current snapshot, with its rows, so that a table that has any
   * needs a {@link #mode} for a new branch too. A new table is made with an empty main branch and
   * the rows on this one only. Schema and properties belong to the whole table: if the export
   * changes them, they change for the main branch too. A catalog that does not keep branches of
   * tables fails the export: Nessie's, asked over REST, before a row is read, others after the
   * commit, by a look at the table. Default: the main branch.
   *
   * @throws InvalidSettingException if the name is blank
   */
  public IcebergTarget branch(String name) {
    return new IcebergTarget(settings.withBranch(TableNames.ref("branch", name)));
  }

  /**
   * A property of the table, new or not; it wins over what a new table gets by default. Call it
   * once for each property. Default: new tables get format version 2, zstd, 20 commit retries and,
   * for each uuid column, {@code write.metadata.metrics.column.NAME=counts} and {@code
   * write.parquet.stats-enabled.column.NAME=false}: with bounds, Iceberg's readers in Java (Spark,
   * Flink) pass over files that hold the UUID they look for. Other tables keep what they have; one
   * that an export has made gets the last two for uuid columns that are new.
   *
   * <p>Properties are stored with the job and in the table's metadata, where everybody who reads
   * the table sees them: a key or value that looks like a secret is refused. Secrets belong into
   * the properties of the catalog, or into the environment.
   *
   * <p>What the table says nothing of is chosen for the files of this export: zstd's level is 1,
   * and a column has a dictionary if its first values in a file repeat ({@code
   * write.parquet.dict-encoding-enabled.column.NAME} decides instead).
   *
   * @throws InvalidSettingException if the key is blank or begins with {@code ringhaul.}, if key or
   *     value look like a secret, or if the key is {@code write.parquet.compression-codec} and
   *     {@link #compression} is set too
   */
  public IcebergTarget property(String key, String value) {
    if (key.isBlank() || key.startsWith(OWN_PROPERTIES)) {
      throw new InvalidSettingException(
          "property",
          "The table property \""
              + key
              + "\" cannot be set; it takes a key that does not begin with "
              + OWN_PROPERTIES);
    }
    if (isSecret(key, value)) {
      throw new InvalidSettingException(
          "property",
          "The table property \""
              + key
              + "\" looks like a secret, and table properties are stored with the job and in the"
              + " table's metadata, where every reader sees them; set it in the properties of the"
              + " catalog or in the environment");
    }
    return with(settings.withProperty(key, Objects.requireNonNull(value)));
  }

  /**
   * How the data files of this export are compressed; a new table keeps it for later writes.
   * Default: as the table says, zstd in a new one.
   *
   * @throws InvalidSettingException if Parquet does not have it: BZIP2 and XZ; or if the property
   *     {@code write.parquet.compression-codec} is set too
   */
  public IcebergTarget compression(Compression compression) {
    ParquetCodecs.name(compression);
    return with(settings.withCompression(compression));
  }

  /**
   * Writes a {@code decimal} or {@code varint} column as Iceberg's decimal of that precision and
   * scale instead of as text. It is strict: a value that would not come back as it was, because it
   * has more digits or another scale than the column, is an {@link
   * io.ringhaul.exceptions.UnrepresentableValueException}; nothing is rounded or padded. The scale
   * of a varint is 0. Default: text, which holds any value; in a table that is there already, the
   * decimal type that its column has.
   *
   * @param column the column's name, in CQL form
   * @param precision how many digits a value may have, 1 to 38
   * @param scale how many of them stand behind the point, 0 to {@code precision}
   * @throws InvalidSettingException if a number is out of bounds
   */
  public IcebergTarget decimal(String column, int precision, int scale) {
    return new IcebergTarget(
        settings.withTypes(settings.types().decimal(column, precision, scale)));
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

  /** Where rows wait for their partition's turn. */
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
              + " both say how data files are compressed: set one");
    }
    return new IcebergTarget(settings);
  }

  /** Properties for writing have names of columns in them, which may be called anything. */
  private static boolean isSecret(String key, String value) {
    return (!key.startsWith("write.") && SECRET_KEY.matcher(key).find())
        || PASSWORD_IN_URL.matcher(value).find();
  }

  private static InvalidSettingException contradiction() {
    return new InvalidSettingException(
        "overwritePartitions",
        "overwritePartitions and "
            + Setting.MODE.mark()
            + " both say what becomes of the rows that are there: set one");
  }
}
