package io.ringhaul.internal.iceberg;

import java.time.Instant;

/** The state of a table that an import reads. */
public sealed interface ReadPoint {

  /** The current snapshot. */
  record Current() implements ReadPoint {}

  /** The snapshot with the id. */
  record AtSnapshot(long id) implements ReadPoint {}

  /** The snapshot that was current at the moment. */
  record AsOf(Instant moment) implements ReadPoint {}

  /** The last snapshot of the branch. */
  record OnBranch(String name) implements ReadPoint {}

  /** The snapshot with the tag. */
  record AtTag(String name) implements ReadPoint {}

  /** The rows that were added after one snapshot and up to another. */
  record Changes(long fromExclusive, long toInclusive) implements ReadPoint {}
}
