package io.ringhaul.internal.iceberg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.internal.jackson.Json;
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
 * Finds a job's commit in a table. The summary of the job's snapshot contains the job's id. After
 * the snapshot has expired, a table property identifies the job, for the last {@value #REMEMBERED}
 * jobs. The property counts only if snapshots of the branch have expired. The names of the job's
 * data files contain its id too, until they are rewritten or replaced.
 */
final class JobCommit {

  /** The key of the job's id in a snapshot's summary. */
  static final String JOB_ID = "ringhaul.job-id";

  /**
   * Prefix of the table properties, one for each job, that remain after the snapshot has expired.
   */
  static final String PROPERTY = "ringhaul.job.";

  static final int REMEMBERED = 50;

  private static final long FIRST_SEQUENCE_NUMBER = 1;
  private static final String AT = "at";
  private static final String BRANCH = "branch";
  private static final String FILES = "files";
  private static final String BYTES = "bytes";
  private static final String FILE = "file";

  /**
   * A commit that took effect.
   *
   * @param snapshotId empty if the snapshot has expired
   * @param files how many data files it added
   * @param bytes the size of these files
   * @param file the location of one of these files, if only the property tells of the commit
   */
  record Found(OptionalLong snapshotId, int files, long bytes, Optional<String> file) {
    private static Found of(Snapshot snapshot) {
      Map<String, String> summary = snapshot.summary();
      return new Found(
          OptionalLong.of(snapshot.snapshotId()),
          Integer.parseInt(summary.getOrDefault(SnapshotSummary.ADDED_FILES_PROP, "0"))
              + Integer.parseInt(
                  summary.getOrDefault(SnapshotSummary.ADDED_DELETE_FILES_PROP, "0")),
          Long.parseLong(summary.getOrDefault(SnapshotSummary.ADDED_FILE_SIZE_PROP, "0")),
          Optional.empty());
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

  /** Returns the job's commit to the branch; empty if it was rolled back. */
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
        .or(() -> isWhole(table, head) ? Optional.empty() : remembered(table))
        .or(() -> inFiles(table, head));
  }

  /**
   * Returns whether the table still has all snapshots of the branch, down to the table's first one.
   * Then a property without a snapshot is what a lost commit has left.
   */
  private static boolean isWhole(Table table, Snapshot head) {
    Snapshot first = head;
    for (Snapshot snapshot : SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot)) {
      first = snapshot;
    }
    // Nessie returns one snapshot without its parent; only the sequence number tells its place.
    return first.parentId() == null && first.sequenceNumber() == FIRST_SEQUENCE_NUMBER;
  }

  /** Returns the job's snapshot on the main branch if the job was to commit to another branch. */
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
        // The snapshot exists but is not an ancestor of the branch: it was rolled back.
        return Optional.empty();
      }
    }
    return commit.path(BRANCH).asText().equals(ref)
        ? Optional.of(
            new Found(
                OptionalLong.empty(),
                commit.path(FILES).asInt(),
                commit.path(BYTES).asLong(),
                Optional.ofNullable(commit.path(FILE).textValue())))
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
                files.stream().mapToLong(DataFile::fileSizeInBytes).sum(),
                Optional.empty()));
  }

  /**
   * Returns the table property that identifies the job; it is set in the commit of the job's
   * snapshot.
   */
  Map<String, String> property(List<DataFile> files) {
    ObjectNode commit =
        Json.object()
            .put(AT, Instant.now().toString())
            .put(BRANCH, ref)
            .put(FILES, files.size())
            .put(BYTES, files.stream().mapToLong(DataFile::fileSizeInBytes).sum());
    if (!files.isEmpty()) {
      commit.put(FILE, files.get(0).location());
    }
    // Each job has its own key, so that concurrent commits do not overwrite each other's property.
    return Map.of(PROPERTY + jobId, commit.toString());
  }

  /** Removes the property that a lost commit of the job has left. */
  void forget() {
    Table table = catalog.loadTable(identifier);
    if (table.properties().containsKey(PROPERTY + jobId)) {
      table.updateProperties().remove(PROPERTY + jobId).commit();
    }
  }

  /** Returns the keys of the oldest jobs, which are removed to make room for one more. */
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

  /** Parses the text; text that is not JSON was written by another program and is ignored. */
  private static JsonNode json(String text) {
    try {
      return Json.tree(text);
    } catch (IllegalArgumentException e) {
      return MissingNode.getInstance();
    }
  }

  /**
   * Returns a validator that rejects a commit to a branch that already contains this job.
   *
   * @param mode {@link CommitMode#CREATE} rejects every branch with a snapshot
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
            reason = "another commit has added rows in the meantime";
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
