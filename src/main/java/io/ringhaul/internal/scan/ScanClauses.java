package io.ringhaul.internal.scan;

import java.util.Optional;

/**
 * The clauses of a scan's queries after the token range.
 *
 * @param where a CQL condition in addition to the token range; empty for all rows
 * @param allowFiltering whether the query has ALLOW FILTERING
 * @param throughCache whether ScyllaDB reads through its row cache; otherwise the query has BYPASS
 *     CACHE there
 */
public record ScanClauses(Optional<String> where, boolean allowFiltering, boolean throughCache) {

  /** All rows. */
  public static final ScanClauses NONE = new ScanClauses(Optional.empty(), false, false);

  /** Returns these clauses with another condition. */
  public ScanClauses where(String cql) {
    return new ScanClauses(Optional.of(cql), allowFiltering, throughCache);
  }

  /** Returns these clauses with ALLOW FILTERING. */
  public ScanClauses withFiltering() {
    return new ScanClauses(where, true, throughCache);
  }

  /** Returns these clauses for reads through the row cache. */
  public ScanClauses readThroughCache() {
    return new ScanClauses(where, allowFiltering, true);
  }
}
