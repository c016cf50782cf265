package io.ringhaul.internal.scan;

import java.util.Optional;

/**
 * The rows that a scan reads in its ranges.
 *
 * @param where a CQL condition in addition to the token range; empty for all rows
 * @param allowFiltering whether the query has ALLOW FILTERING
 */
public record RowCondition(Optional<String> where, boolean allowFiltering) {

  /** All rows. */
  public static final RowCondition NONE = new RowCondition(Optional.empty(), false);
}
