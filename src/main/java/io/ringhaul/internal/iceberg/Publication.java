package io.ringhaul.internal.iceberg;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.SnapshotRef;

/**
 * What the commit does beside adding files.
 *
 * @param mode what becomes of the rows that are there already
 * @param branch the branch that is written; empty for the main one
 * @param tableProperties the properties that a table which is there already is given
 */
record Publication(CommitMode mode, Optional<String> branch, Map<String, String> tableProperties) {

  Publication {
    branch = branch.filter(name -> !name.equals(SnapshotRef.MAIN_BRANCH));
    tableProperties = Map.copyOf(tableProperties);
  }

  /** The name of the branch that is written. */
  String ref() {
    return branch.orElse(SnapshotRef.MAIN_BRANCH);
  }

  /** Returns this publication with more properties. */
  Publication withProperties(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(tableProperties);
    all.putAll(more);
    return new Publication(mode, branch, all);
  }
}
