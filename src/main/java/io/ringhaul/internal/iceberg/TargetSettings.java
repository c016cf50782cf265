package io.ringhaul.internal.iceberg;

import io.ringhaul.format.Compression;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.parquet.ParquetCodecs;
import io.ringhaul.internal.parquet.TypeChoices;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * The settings of an {@link IcebergTarget}.
 *
 * @param table the table; empty for the source table's name
 * @param partitioning the partitioning of a new table
 * @param targetFileBytes the size at which a file is ended
 * @param mode how existing rows are treated; empty if not set
 * @param branch the branch to write; empty for the main branch
 * @param properties the table properties that the user set
 * @param compression the compression of data files; empty for the table's own
 * @param types columns with another Iceberg type than the default
 */
public record TargetSettings(
    CatalogSource catalog,
    Optional<TableIdentifier> table,
    List<PartitionExpression> partitioning,
    long targetFileBytes,
    Optional<CommitMode> mode,
    Optional<String> branch,
    Map<String, String> properties,
    Optional<Compression> compression,
    TypeChoices types) {

  private static final long DEFAULT_FILE_BYTES = 128L << 20;

  public TargetSettings {
    partitioning = List.copyOf(partitioning);
    properties = Map.copyOf(properties);
  }

  public static TargetSettings of(CatalogSource catalog) {
    return new TargetSettings(
        catalog,
        Optional.empty(),
        List.of(),
        DEFAULT_FILE_BYTES,
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        TypeChoices.NONE);
  }

  /** Returns how existing rows are treated. Default: {@link CommitMode#CREATE}. */
  CommitMode commitMode() {
    return mode.orElse(CommitMode.CREATE);
  }

  /** Returns the settings that must not change when an export is resumed. */
  public Map<String, String> identity() {
    return Map.of(
        "target format", WriteLayout.FORMAT,
        "target catalog", catalog.toString(),
        "target table", table.map(TableIdentifier::toString).orElse("as the source"),
        "target mode", commitMode().name(),
        "target branch", branch.orElse("main"),
        "target partitioning",
            partitioning.stream().map(PartitionExpression::text).toList().toString(),
        "target types", types.toString());
  }

  /** Returns the properties of a new table that result from these settings. */
  Map<String, String> tableProperties() {
    Map<String, String> all = new HashMap<>();
    compression.ifPresent(
        chosen -> all.put(TableProperties.PARQUET_COMPRESSION, ParquetCodecs.name(chosen)));
    all.putAll(properties);
    return all;
  }

  /**
   * Returns the properties that files are written with in a table with the given properties and
   * schema.
   */
  Map<String, String> fileProperties(Map<String, String> ofTable, Schema schema) {
    Map<String, String> all = new HashMap<>(UuidColumns.properties(schema));
    all.putAll(ofTable);
    all.putAll(properties);
    compression.ifPresent(
        chosen -> all.put(TableProperties.PARQUET_COMPRESSION, ParquetCodecs.name(chosen)));
    return all;
  }

  public TargetSettings withTable(TableIdentifier name) {
    return new TargetSettings(
        catalog,
        Optional.of(name),
        partitioning,
        targetFileBytes,
        mode,
        branch,
        properties,
        compression,
        types);
  }

  public TargetSettings withPartitioning(List<PartitionExpression> expressions) {
    return new TargetSettings(
        catalog, table, expressions, targetFileBytes, mode, branch, properties, compression, types);
  }

  public TargetSettings withTargetFileBytes(long bytes) {
    return new TargetSettings(
        catalog, table, partitioning, bytes, mode, branch, properties, compression, types);
  }

  public TargetSettings withMode(CommitMode chosen) {
    return new TargetSettings(
        catalog,
        table,
        partitioning,
        targetFileBytes,
        Optional.of(chosen),
        branch,
        properties,
        compression,
        types);
  }

  public TargetSettings withBranch(String name) {
    return new TargetSettings(
        catalog,
        table,
        partitioning,
        targetFileBytes,
        mode,
        Optional.of(name),
        properties,
        compression,
        types);
  }

  public TargetSettings withProperty(String key, String value) {
    Map<String, String> more = new HashMap<>(properties);
    more.put(key, value);
    return new TargetSettings(
        catalog, table, partitioning, targetFileBytes, mode, branch, more, compression, types);
  }

  public TargetSettings withCompression(Compression chosen) {
    return new TargetSettings(
        catalog,
        table,
        partitioning,
        targetFileBytes,
        mode,
        branch,
        properties,
        Optional.of(chosen),
        types);
  }

  public TargetSettings withTypes(TypeChoices chosen) {
    return new TargetSettings(
        catalog,
        table,
        partitioning,
        targetFileBytes,
        mode,
        branch,
        properties,
        compression,
        chosen);
  }
}
