package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.util.List;

/**
 * The result of a comparison of a table with a source.
 *
 * @param totals the figures of the first read of the table: {@link #rows()} is the number of its
 *     rows
 * @param location the location of the source
 * @param sourceRows the number of rows of the source
 * @param missing rows of the source that the table does not have
 * @param extra rows of the table that the source does not have
 * @param different rows with the same key in both and other values
 * @param repeated rows of the source beyond the first one with their key
 * @param isComplete whether all differences were counted; false if there may be more, because the
 *     search ended after {@link VerifyRequest#maxDifferences(int)}
 * @param differences the differences found, at most as many as that; by kind and key
 */
public record VerifyResult(
    OperationTotals totals,
    String location,
    long sourceRows,
    long missing,
    long extra,
    long different,
    long repeated,
    boolean isComplete,
    List<Difference> differences)
    implements OperationResult {

  public VerifyResult {
    differences = List.copyOf(differences);
  }

  /** Whether both have the same rows. */
  public boolean isEqual() {
    return isComplete && missing == 0 && extra == 0 && different == 0 && repeated == 0;
  }

  /**
   * A row that is not the same in both.
   *
   * @param key its primary key, such as {@code ("id" = 7, "day" = '2026-01-31')}
   * @param columns the stored names of the columns with other values; empty unless the row is
   *     {@linkplain Kind#DIFFERENT different}
   */
  public record Difference(Kind kind, String key, List<String> columns) {

    public Difference {
      columns = List.copyOf(columns);
    }

    @Override
    public String toString() {
      return switch (kind) {
        case MISSING -> key + " is missing in the table";
        case EXTRA -> key + " is not in the source";
        case DIFFERENT -> key + " differs in " + String.join(", ", columns);
        case REPEATED -> key + " is in the source again";
      };
    }
  }

  /** What is wrong with a row. */
  public enum Kind {
    /** The source has it, and the table does not. */
    MISSING,
    /** The table has it, and the source does not. */
    EXTRA,
    /** Both have it, with other values. */
    DIFFERENT,
    /** The source has its key more than once. */
    REPEATED
  }
}
