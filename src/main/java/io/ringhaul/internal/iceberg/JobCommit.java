package io.ringhaul.internal.iceberg;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * What a table knows of a job's commit. A snapshot has the job's id in its summary. When it has
 * expired, a property of the table still names the job, for the last {@value #REMEMBERED} jobs; and
 * the job's data files have its id in their names, until they are rewritten or replaced.
 */
final class JobCommit {

  /** The key of the job's id in a snapshot's summary. */
  static final String JOB_ID = "ringhaul.job-id";

  /** Begins the keys of the table properties that outlive snapshots, one for each job. */
  static final String PROPERTY = "ringhaul.job.";

  static final int REMEMBERED = 50;

  private static final String AT = "at";
  private static final String BRANCH = "branch";
  private static final String FILES = "files";
  private static final String BYTES = "bytes";
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A commit that took effect.
   *
   * @param snapshotId empty if the snapshot has expired
   * @param files how many data files it added
   * @param bytes of these files
   */
  record Found(OptionalLong snapshotId, int files, long bytes) {
    private static Found of(Snapshot snapshot) {
      Map<String, String> summary = snapshot.summary();
      return new Found(
          OptionalLong.of(snapshot.snapshotId()),
          Integer.parseInt(summary.getOrDefault(SnapshotSummary.ADDED_FILES_PROP, "0")),
          Long.parseLong(summary.getOrDefault(SnapshotSummary.ADDED_FILE_SIZE_PROP, "0")));
    }
  }

  private final Catalog catalog;
  private final TableIdentifier identifier;
  private final String ref;
  private final UUID jobId;

  /**
   * @param ref the branch that the job commits to
   */
  JobCommit(Catalog catalog, TableIdentifier identifier, String ref, UUID jobId) {
    this.catalog = catalog;
    this.identifier = identifier;
    this.ref = ref;
    this.jobId = jobId;
  }

  /** The job's commit to the branch; one that was rolled back does not count. */
  Optional<Found> find() {
    if (!catalog.tableExists(identifier)) {
      return Optional.empty();
    }
    Table table = catalog.loadTable(identifier);
    Snapshot head = table.snapshot(ref);
    if (head == null) {
      return Optional.empty();
    }
    return inHistory(table, head)
        .map(Found::of)
        .or(() -> remembered(table))
        .or(() -> inFiles(table, head));
  }

  /** The job's snapshot on the main branch, where nobody asked for it. */
  Optional<Snapshot> onMain() {
    if (ref.equals(SnapshotRef.MAIN_BRANCH) || !catalog.tableExists(identifier)) {
      return Optional.empty();
    }
    Table table = catalog.loadTable(identifier);
    return inHistory(table, table.currentSnapshot());
  }

  private Optional<Snapshot> inHistory(Table table, @Nullable Snapshot head) {
    if (head != null) {
      for (Snapshot snapshot : SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot)) {
        if (isOfJob(snapshot)) {
          return Optional.of(snapshot);
        }
      }
    }
    return Optional.empty();
  }

  private boolean isOfJob(Snapshot snapshot) {
    return jobId.toString().equals(snapshot.summary().get(JOB_ID));
  }

  private Optional<Found> remembered(Table table) {
    String text = table.properties().get(PROPERTY + jobId);
    if (text == null) {
      return Optional.empty();
    }
    JsonNode commit = json(text);
    for (Snapshot snapshot : table.snapshots()) {
      if (isOfJob(snapshot)) {
        // It is there, and no ancestor of the branch: it was rolled back.
        return Optional.empty();
      }
    }
    return commit.path(BRANCH).asText().equals(ref)
        ? Optional.of(
            new Found(
                OptionalLong.empty(), commit.path(FILES).asInt(), commit.path(BYTES).asLong()))
        : Optional.empty();
  }

  private Optional<Found> inFiles(Table table, Snapshot head) {
    List<DataFile> files = TableFiles.hiddenBehindExpired(table, head, jobId);
    return files.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Found(
                OptionalLong.empty(),
                files.size(),
                files.stream().mapToLong(DataFile::fileSizeInBytes).sum()));
  }

  /** The property by which the table names the job, set in one commit with its snapshot. */
  Map<String, String> property(List<DataFile> files) {
    // A key for each job, not one for all: those who commit at once must not drop one another's.
    return Map.of(
        PROPERTY + jobId,
        JSON.createObjectNode()
            .put(AT, Instant.now().toString())
            .put(BRANCH, ref)
            .put(FILES, files.size())
            .put(BYTES, files.stream().mapToLong(DataFile::fileSizeInBytes).sum())
            .toString());
  }

  /** The keys of the oldest jobs, which make room for one more. */
  static List<String> forgotten(Map<String, String> properties) {
    return properties.entrySet().stream()
        .filter(property -> property.getKey().startsWith(PROPERTY))
        .sorted(
            Comparator.comparing(
                (Map.Entry<String, String> property) -> json(property.getValue()).path(AT).asText(),
                Comparator.reverseOrder()))
        .skip(REMEMBERED - 1)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** What is no JSON was written by somebody else, and tells nothing. */
  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return JSON.missingNode();
    }
  }

  /**
   * Refuses a commit onto a branch that has this job already.
   *
   * @param mode {@link CommitMode#CREATE} refuses every branch that has a snapshot
   */
  SnapshotAncestryValidator absence(CommitMode mode) {
    return new SnapshotAncestryValidator() {
      private String reason = "";

      @Override
      public boolean validate(Iterable<Snapshot> ancestry) {
        for (Snapshot snapshot : ancestry) {
          if (isOfJob(snapshot)) {
            reason = "export " + jobId + " was committed before";
            return false;
          }
          if (mode == CommitMode.CREATE) {
            reason = "somebody else has put rows there in the meantime";
            return false;
          }
        }
        return true;
      }

      @Override
      public String errorMessage() {
        return reason;
      }
    };
  }
}
