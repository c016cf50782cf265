package io.ringhaul.internal.scan;

import java.util.Optional;

/**
 * Which rows of its ranges a scan reads.
 *
 * @param where a condition in CQL that is sent beside the token range; empty for all rows
 * @param allowFiltering whether ALLOW FILTERING is sent with it
 */
public record RowCondition(Optional<String> where, boolean allowFiltering) {

  /** Every row. */
  public static final RowCondition NONE = new RowCondition(Optional.empty(), false);
}
