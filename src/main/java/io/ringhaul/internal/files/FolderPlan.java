package io.ringhaul.internal.files;

import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.cql.TableSchemaJson;
import io.ringhaul.internal.files.Manifest.Job;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.storage.StorageProperties;
import io.ringhaul.schema.TableSchema;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * The plan of an export to a folder. A {@link TargetPlan} contains it as text properties.
 *
 * @param properties the format's own properties
 * @param folder the target folder and its settings
 * @param coverage the part of the token space that is exported
 * @param restrictions settings that leave rows out, by name
 * @param memoryBytes the memory that one task's writer may use
 */
record FolderPlan(
    UUID jobId,
    Instant created,
    String format,
    Map<String, String> properties,
    TargetFolder folder,
    TableSchema schema,
    TokenRangeSet coverage,
    Map<String, String> restrictions,
    long memoryBytes) {

  private static final int FORMAT_VERSION = 1;

  /** This program's name and version, for manifests. */
  private static final String TOOL =
      "ringhaul "
          + Objects.requireNonNullElse(
              FolderPlan.class.getPackage().getImplementationVersion(), "development");

  private static final String NEW = ".ringhaul-";

  /**
   * Stands between the folder's name and the job's id in the temporary name of an overwritten
   * folder.
   */
  static final String OLD = ".ringhaul-old-";

  /** All writers together use at most this fraction of the heap: a sixth. */
  private static final long HEAP_SHARE = 6;

  static FolderPlan of(
      ExportDescription export,
      TargetFolder folder,
      String format,
      Map<String, String> properties) {
    return new FolderPlan(
        export.jobId(),
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        format,
        properties,
        folder,
        TableSchema.of(export.table(), export.columns()),
        export.coverage(),
        export.restrictions(),
        Runtime.getRuntime().maxMemory() / HEAP_SHARE / Math.max(1, export.concurrentTasks()));
  }

  /** Returns this plan with another memory limit per writer. */
  FolderPlan withMemory(long bytes) {
    return new FolderPlan(
        jobId, created, format, properties, folder, schema, coverage, restrictions, bytes);
  }

  /** Returns this plan with the folder without symbolic links. */
  FolderPlan in(TargetFolder other) {
    return new FolderPlan(
        jobId, created, format, properties, other, schema, coverage, restrictions, memoryBytes);
  }

  /** Encodes the plan for the job store. */
  TargetPlan encode() {
    return new TargetPlan(
        FORMAT_VERSION,
        format,
        folder.location(),
        Map.ofEntries(
            Map.entry("job-id", jobId.toString()),
            Map.entry("created", created.toString()),
            Map.entry("properties", ManifestJson.texts(properties).toString()),
            Map.entry("folder", folder.location()),
            Map.entry("compression", folder.compression().name()),
            Map.entry("max-file-bytes", Long.toString(folder.maxFileBytes())),
            Map.entry("mode", folder.mode().name()),
            Map.entry("schema", TableSchemaJson.text(schema)),
            Map.entry("coverage", ManifestJson.ranges(coverage).toString()),
            Map.entry("restrictions", ManifestJson.texts(restrictions).toString()),
            Map.entry("memory-bytes", Long.toString(memoryBytes))));
  }

  /** Decodes a plan of the job store. */
  static FolderPlan decode(TargetPlan plan) {
    return new FolderPlan(
        UUID.fromString(plan.property("job-id")),
        Instant.parse(plan.property("created")),
        plan.format(),
        ManifestJson.texts(Json.tree(plan.property("properties"))),
        new TargetFolder(
            plan.property("folder"),
            Compression.valueOf(plan.property("compression")),
            Long.parseLong(plan.property("max-file-bytes")),
            WriteMode.valueOf(plan.property("mode")),
            StorageProperties.NONE),
        TableSchemaJson.parse(plan.property("schema")),
        ManifestJson.ranges(Json.tree(plan.property("coverage"))),
        ManifestJson.texts(Json.tree(plan.property("restrictions"))),
        Long.parseLong(plan.property("memory-bytes")));
  }

  /**
   * Returns the staging folder of a local target: hidden, beside the target folder, on the same
   * volume.
   */
  Path staging() {
    return beside(NEW);
  }

  /** Returns the temporary path of a local folder that this export overwrites. */
  Path aside() {
    return beside(OLD);
  }

  /** Returns this export's entry in a manifest. */
  Job job(long rows) {
    return new Job(jobId, TOOL, created, rows, coverage, restrictions);
  }

  /**
   * Returns the name of a hidden file or folder that belongs to a visible folder, without the job's
   * id.
   */
  static String hidden(Path folder, String infix) {
    return "." + folder.getFileName() + infix;
  }

  private Path beside(String infix) {
    return folder.path().resolveSibling(hidden(folder.path(), infix) + jobId);
  }
}
