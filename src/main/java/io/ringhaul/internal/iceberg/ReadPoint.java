package io.ringhaul.internal.iceberg;

import java.time.Instant;

/** Which state of a table an import reads. */
public sealed interface ReadPoint {

  /** The current one. */
  record Current() implements ReadPoint {}

  /** That of a snapshot. */
  record AtSnapshot(long id) implements ReadPoint {}

  /** The one that was current then. */
  record AsOf(Instant moment) implements ReadPoint {}

  /** The last of a branch. */
  record OnBranch(String name) implements ReadPoint {}

  /** The one that has the tag. */
  record AtTag(String name) implements ReadPoint {}

  /** The rows that were added after one snapshot and up to another. */
  record Changes(long fromExclusive, long toInclusive) implements ReadPoint {}
}
