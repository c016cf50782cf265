package io.ringhaul.internal.iceberg;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ringhaul.internal.jackson.Json;
import java.util.Map;
import java.util.Optional;
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
 * @param last the last record of the branch; empty if it has none
 */
record Merge(String source, long readUpTo, Optional<Last> last) {

  /** The key of the moment in a snapshot's summary. */
  static final String READ_UP_TO = "ringhaul.incremental.read-up-to";

  /** The key of the exported table in a snapshot's summary. */
  static final String SOURCE = "ringhaul.incremental.source";

  private static final String SNAPSHOT = "snapshot";

  /**
   * The record of an earlier incremental export.
   *
   * @param snapshotId the snapshot with the record
   */
  record Last(long snapshotId, String source, long readUpTo) {

    /** Returns the newest record among a snapshot and its ancestors. */
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
                  snapshot.snapshotId(), summary.getOrDefault(SOURCE, ""), Long.parseLong(moment)));
        }
      }
      return Optional.empty();
    }
  }

  /** Returns what the export's snapshot has in its summary. */
  Map<String, String> summary() {
    return Map.of(READ_UP_TO, Long.toString(readUpTo), SOURCE, source);
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
        if (!now.map(Last::snapshotId).equals(last.map(Last::snapshotId))) {
          reason =
              "another incremental export has committed snapshot "
                  + now.map(found -> Long.toString(found.snapshotId())).orElse("(none)")
                  + " in the meantime, so that this one may have older rows; run it again";
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

  String text() {
    ObjectNode root = Json.object().put(SOURCE, source).put(READ_UP_TO, readUpTo);
    last.ifPresent(
        its ->
            root.putObject("last")
                .put(SNAPSHOT, its.snapshotId())
                .put(SOURCE, its.source())
                .put(READ_UP_TO, its.readUpTo()));
    return root.toString();
  }

  static Merge parse(String text) {
    JsonNode root = Json.tree(text);
    JsonNode last = root.path("last");
    return new Merge(
        root.path(SOURCE).asText(),
        root.path(READ_UP_TO).asLong(),
        last.isMissingNode()
            ? Optional.empty()
            : Optional.of(
                new Last(
                    last.path(SNAPSHOT).asLong(),
                    last.path(SOURCE).asText(),
                    last.path(READ_UP_TO).asLong())));
  }
}
