package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
 * @param newer rows that differ and are left aside because of {@link
 *     VerifyRequest#writtenBefore(java.time.Instant)}
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
    long newer,
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
   * @param cells the cells with other times; empty unless the row is different and times are
   *     compared. Cells of columns with other values are among them only if the column is one cell
   */
  public record Difference(
      Kind kind, String key, List<String> columns, List<CellDifference> cells) {

    public Difference {
      columns = List.copyOf(columns);
      cells = List.copyOf(cells);
    }

    @Override
    public String toString() {
      return switch (kind) {
        case MISSING -> key + " is missing in the table";
        case EXTRA -> key + " is not in the source";
        case DIFFERENT ->
            Stream.concat(columns.stream(), cells.stream().map(CellDifference::toString))
                .collect(Collectors.joining(", ", key + " differs in ", ""));
        case REPEATED -> key + " is in the source again";
      };
    }
  }

  /**
   * A cell whose times are not the same in both.
   *
   * @param cell the stored name of its column, followed by the element, such as {@code [7]}, or the
   *     field, such as {@code .street}, if each of them is a cell
   * @param table its times in the table
   * @param source its times in the source
   */
  public record CellDifference(String cell, Times table, Times source) {

    @Override
    public String toString() {
      return "the times of " + cell + " (table: " + table + "; source: " + source + ")";
    }
  }

  /**
   * The times of a cell.
   *
   * @param writetime the write time in microseconds since the epoch; empty if the source does not
   *     have it
   * @param expiry when the cell expires, in whole seconds; empty if it does not expire or the
   *     source does not tell
   */
  public record Times(OptionalLong writetime, Optional<Instant> expiry) {

    @Override
    public String toString() {
      return Stream.concat(
              writetime.stream().mapToObj(micros -> "written " + micros),
              expiry.stream().map(moment -> "expires " + moment))
          .collect(Collectors.joining(", "));
    }
  }

  /** What is wrong with a row. */
  public enum Kind {
    /** The source has it, and the table does not. */
    MISSING,
    /** The table has it, and the source does not. */
    EXTRA,
    /** Both have it, with other values, or with other times if these are compared. */
    DIFFERENT,
    /** The source has its key more than once. */
    REPEATED
  }
}
