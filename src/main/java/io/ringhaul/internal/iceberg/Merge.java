package io.ringhaul.internal.iceberg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.schema.ColumnDescription;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotAncestryValidator;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * What an incremental export records in the summary of its snapshot, and the last record that it
 * continues.
 *
 * @param source identifies the exported table
 * @param readUpTo the moment before the export read its first row, in microseconds since the epoch:
 *     the next incremental export begins at it
 * @param selection the columns of the export
 * @param last the last record of the branch; empty if it has none
 */
record Merge(String source, long readUpTo, Selection selection, Optional<Last> last) {

  /** The key of the moment in a snapshot's summary. */
  static final String READ_UP_TO = "ringhaul.incremental.read-up-to";

  /** The key of the exported table in a snapshot's summary. */
  static final String SOURCE = "ringhaul.incremental.source";

  /** The key of the selected columns in a snapshot's summary. */
  static final String SELECTION = "ringhaul.incremental.selection";

  private static final String SNAPSHOT = "snapshot";

  /**
   * The columns of an export, which must be the same for all that follow: an export writes whole
   * rows, and only those that changed.
   *
   * @param leftOut names of the table's columns that the export does not have
   * @param times names of the columns of write times and times to live
   */
  record Selection(Set<String> leftOut, Set<String> times) {

    private static final String LEFT_OUT = "left-out";
    private static final String TIMES = "times";

    static Selection of(ExportDescription export) {
      Set<String> leftOut = new TreeSet<>();
      export.table().columns().stream()
          .filter(column -> !export.columns().contains(column))
          .forEach(column -> leftOut.add(column.name()));
      Set<String> times = new TreeSet<>();
      export.columns().stream()
          .filter(column -> column.kind() == ColumnDescription.Kind.METADATA)
          .forEach(column -> times.add(column.name()));
      return new Selection(leftOut, times);
    }

    String text() {
      ObjectNode root = Json.object();
      leftOut.forEach(root.putArray(LEFT_OUT)::add);
      times.forEach(root.putArray(TIMES)::add);
      return root.toString();
    }

    static Selection parse(String text) {
      JsonNode root = text.isEmpty() ? Json.object() : Json.tree(text);
      return new Selection(names(root.path(LEFT_OUT)), names(root.path(TIMES)));
    }

    private static Set<String> names(JsonNode array) {
      Set<String> names = new TreeSet<>();
      array.forEach(name -> names.add(name.asText()));
      return names;
    }
  }

  /**
   * The record of an earlier incremental export.
   *
   * @param snapshotId the snapshot with the record
   */
  record Last(long snapshotId, String source, long readUpTo, Selection selection) {

    /**
     * Returns the newest record among a snapshot and its ancestors. An export without a record may
     * have replaced the rows or added others, so that earlier records no longer describe them;
     * commits of other programs are the user's own changes.
     */
    static Optional<Last> of(Table table, @Nullable Snapshot head) {
      return head == null
          ? Optional.empty()
          : of(SnapshotUtil.ancestorsOf(head.snapshotId(), table::snapshot));
    }

    private static Optional<Last> of(Iterable<Snapshot> newestFirst) {
      for (Snapshot snapshot : newestFirst) {
        Map<String, String> summary = snapshot.summary();
        String moment = summary.get(READ_UP_TO);
        if (moment != null) {
          return Optional.of(
              new Last(
                  snapshot.snapshotId(),
                  summary.getOrDefault(SOURCE, ""),
                  Long.parseLong(moment),
                  Selection.parse(summary.getOrDefault(SELECTION, ""))));
        }
        if (summary.containsKey(JobCommit.JOB_ID)) {
          return Optional.empty();
        }
      }
      return Optional.empty();
    }
  }

  /** Returns what the export's snapshot has in its summary. */
  Map<String, String> summary() {
    return Map.of(READ_UP_TO, Long.toString(readUpTo), SOURCE, source, SELECTION, selection.text());
  }

  /**
   * Returns a validator that rejects a commit to a branch on which another incremental export has
   * committed since this one was planned: its rows may be older than those of the other export.
   *
   * @param also another validator, which is asked first
   */
  SnapshotAncestryValidator isNext(SnapshotAncestryValidator also) {
    return new SnapshotAncestryValidator() {
      private String reason = "";

      @Override
      public boolean validate(Iterable<Snapshot> ancestry) {
        if (!also.validate(ancestry)) {
          reason = also.errorMessage();
          return false;
        }
        Optional<Last> now = Last.of(ancestry);
        if (!continues(now)) {
          reason =
              "another incremental export has committed snapshot "
                  + now.map(found -> Long.toString(found.snapshotId())).orElse("(none)")
                  + " in the meantime, so that this one may have older rows";
          return false;
        }
        return true;
      }

      @Override
      public String errorMessage() {
        return reason;
      }
    };
  }

  /** Returns whether the export continues the last record that a branch has now. */
  boolean continues(Optional<Last> now) {
    return now.map(Last::snapshotId).equals(last.map(Last::snapshotId));
  }

  String text() {
    ObjectNode root =
        Json.object()
            .put(SOURCE, source)
            .put(READ_UP_TO, readUpTo)
            .put(SELECTION, selection.text());
    last.ifPresent(
        its ->
            root.putObject("last")
                .put(SNAPSHOT, its.snapshotId())
                .put(SOURCE, its.source())
                .put(READ_UP_TO, its.readUpTo())
                .put(SELECTION, its.selection().text()));
    return root.toString();
  }

  static Merge parse(String text) {
    JsonNode root = Json.tree(text);
    JsonNode last = root.path("last");
    return new Merge(
        root.path(SOURCE).asText(),
        root.path(READ_UP_TO).asLong(),
        Selection.parse(root.path(SELECTION).asText()),
        last.isMissingNode()
            ? Optional.empty()
            : Optional.of(
                new Last(
                    last.path(SNAPSHOT).asLong(),
                    last.path(SOURCE).asText(),
                    last.path(READ_UP_TO).asLong(),
                    Selection.parse(last.path(SELECTION).asText()))));
  }
}
