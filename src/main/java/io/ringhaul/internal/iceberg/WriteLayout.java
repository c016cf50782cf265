package io.ringhaul.internal.iceberg;

import com.fasterxml.jackson.core.type.TypeReference;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.internal.cql.TableSchemaJson;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.schema.TableSchema;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.DistributionMode;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.PartitionSpecParser;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.LocationProvider;

/**
 * The plan of an export to an existing or new Iceberg table. A {@link TargetPlan} contains it as
 * text properties.
 *
 * @param table the table's name in its catalog
 * @param isNew whether the commit creates the table
 * @param uuid the table's id in Iceberg; without meaning if the table is new
 * @param location the table's folder
 * @param schema the schema that files are written with; the commit sets it for an existing table
 * @param spec the partitioning of the files
 * @param properties the properties that files are written with; a new table gets them
 * @param targetFileBytes the size at which a file is ended
 * @param writerBytes the memory that one task's open files may use for row groups
 * @param publication what the commit changes besides adding files
 * @param origin the state of the export and the table at planning
 * @param merge what an incremental export records and expects; empty for another export
 */
record WriteLayout(
    UUID jobId,
    String table,
    boolean isNew,
    UUID uuid,
    String location,
    Schema schema,
    PartitionSpec spec,
    Map<String, String> properties,
    long targetFileBytes,
    long writerBytes,
    Publication publication,
    Origin origin,
    Optional<Merge> merge) {

  static final String FORMAT = "iceberg";

  private static final int FORMAT_VERSION = 1;
  private static final int MOST_OPEN_PARTITIONS = 4;
  private static final long USEFUL_ROW_GROUP_BYTES = 8L << 20;

  WriteLayout {
    try {
      DistributionMode.fromName(distributionMode(properties));
    } catch (IllegalArgumentException e) {
      throw new StorageException(
          table,
          String.format(
              "The Iceberg table %s cannot be written: its property %s is %s; set it to none, hash"
                  + " or range",
              table, TableProperties.WRITE_DISTRIBUTION_MODE, distributionMode(properties)),
          e);
    }
  }

  /**
   * Returns whether tasks write row files, from which {@link PartitionSteps} writes the data files.
   * Iceberg's table property {@code write.distribution-mode} decides: with {@code none}, each task
   * writes data files of its own.
   */
  boolean hasRowFiles() {
    return spec.isPartitioned()
        && DistributionMode.fromName(distributionMode(properties)) != DistributionMode.NONE;
  }

  private static String distributionMode(Map<String, String> properties) {
    return properties.getOrDefault(
        TableProperties.WRITE_DISTRIBUTION_MODE, TableProperties.WRITE_DISTRIBUTION_MODE_HASH);
  }

  /**
   * Returns how many partitions one task writes concurrently: 0 if it writes a row file, else 1 to
   * 4. The number is limited so that each row group has a useful size, because a Parquet writer
   * needs some megabytes besides its row group.
   */
  int openPartitions() {
    if (hasRowFiles()) {
      return 0;
    }
    return (int) Math.max(1, Math.min(MOST_OPEN_PARTITIONS, writerBytes / USEFUL_ROW_GROUP_BYTES));
  }

  /** Returns how many data files one task or final step writes concurrently, 1 to 4. */
  int openFiles() {
    return spec.isUnpartitioned() ? 1 : Math.max(1, openPartitions());
  }

  /** Returns the finder of the export's commit in the table. */
  JobCommit jobCommit(Catalog catalog) {
    return new JobCommit(catalog, TableIdentifier.parse(table), publication.ref(), jobId);
  }

  LocationProvider locations() {
    return LocationProviders.locationsFor(location, properties);
  }

  /** Returns this layout with another memory limit per task. */
  WriteLayout withWriterBytes(long bytes) {
    return new WriteLayout(
        jobId,
        table,
        isNew,
        uuid,
        location,
        schema,
        spec,
        properties,
        targetFileBytes,
        bytes,
        publication,
        origin,
        merge);
  }

  /** Returns this layout for an incremental export. */
  WriteLayout withMerge(Optional<Merge> recorded) {
    return new WriteLayout(
        jobId,
        table,
        isNew,
        uuid,
        location,
        schema,
        spec,
        properties,
        targetFileBytes,
        writerBytes,
        publication,
        origin,
        recorded);
  }

  TargetPlan encode() {
    return new TargetPlan(
        FORMAT_VERSION,
        FORMAT,
        table + " in " + location,
        Map.ofEntries(
            Map.entry("job-id", jobId.toString()),
            Map.entry("table", table),
            Map.entry("new", Boolean.toString(isNew)),
            Map.entry("uuid", uuid.toString()),
            Map.entry("location", location),
            Map.entry("schema", SchemaParser.toJson(schema)),
            Map.entry("spec", PartitionSpecParser.toJson(spec)),
            Map.entry("properties", Json.text(properties)),
            Map.entry("target-file-bytes", Long.toString(targetFileBytes)),
            Map.entry("writer-bytes", Long.toString(writerBytes)),
            Map.entry("mode", publication.mode().name()),
            Map.entry("branch", publication.ref()),
            Map.entry("table-properties", Json.text(publication.tableProperties())),
            Map.entry("source", TableSchemaJson.text(origin.source())),
            Map.entry("sequence-number", Long.toString(origin.sequenceNumber())),
            Map.entry("created", origin.created().toString()),
            Map.entry("merge", merge.map(Merge::text).orElse(""))));
  }

  static WriteLayout decode(TargetPlan plan) {
    Schema schema = SchemaParser.fromJson(plan.property("schema"));
    return new WriteLayout(
        UUID.fromString(plan.property("job-id")),
        plan.property("table"),
        Boolean.parseBoolean(plan.property("new")),
        UUID.fromString(plan.property("uuid")),
        plan.property("location"),
        schema,
        PartitionSpecParser.fromJson(schema, plan.property("spec")),
        map(plan.property("properties")),
        Long.parseLong(plan.property("target-file-bytes")),
        Long.parseLong(plan.property("writer-bytes")),
        new Publication(
            CommitMode.valueOf(plan.property("mode")),
            Optional.of(plan.property("branch")),
            map(plan.property("table-properties"))),
        new Origin(
            TableSchemaJson.parse(plan.property("source")),
            Long.parseLong(plan.property("sequence-number")),
            Instant.parse(plan.property("created"))),
        Optional.ofNullable(plan.properties().get("merge"))
            .filter(text -> !text.isEmpty())
            .map(Merge::parse));
  }

  private static Map<String, String> map(String json) {
    return Json.read(json, new TypeReference<>() {}, "the properties of a plan");
  }

  /**
   * What the commit changes besides adding files.
   *
   * @param mode how existing rows are treated
   * @param branch the branch to write; empty for the main branch
   * @param tableProperties the properties that the commit sets for an existing table
   */
  record Publication(
      CommitMode mode, Optional<String> branch, Map<String, String> tableProperties) {

    Publication {
      branch = branch.filter(name -> !name.equals(SnapshotRef.MAIN_BRANCH));
      tableProperties = Map.copyOf(tableProperties);
    }

    /** Returns the name of the branch to write. */
    String ref() {
      return branch.orElse(SnapshotRef.MAIN_BRANCH);
    }

    /** Returns this publication with additional properties. */
    Publication withProperties(Map<String, String> more) {
      Map<String, String> all = new HashMap<>(tableProperties);
      all.putAll(more);
      return new Publication(mode, branch, all);
    }
  }

  /**
   * The state of an export and its table when the export was planned.
   *
   * @param source the exported columns
   * @param sequenceNumber the table's last sequence number: snapshots and manifests with this or a
   *     lower number cannot contain a file of the export; {@value #UNKNOWN} if the table was new or
   *     has no sequence numbers
   * @param created when the export was planned
   */
  record Origin(TableSchema source, long sequenceNumber, Instant created) {

    static final long UNKNOWN = -1;

    private static final int FIRST_VERSION_WITH_NUMBERS = 2;

    /** Returns the last sequence number of an existing table. */
    static long sequenceNumber(Table table) {
      if (table instanceof HasTableOperations known) {
        TableMetadata metadata = known.operations().current();
        return metadata.formatVersion() < FIRST_VERSION_WITH_NUMBERS
            ? UNKNOWN
            : metadata.lastSequenceNumber();
      }
      return UNKNOWN;
    }
  }
}
