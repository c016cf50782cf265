package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.util.List;
import java.util.Optional;

/**
 * The times of cells that an export writes, and the filter by write time.
 *
 * @param writetimes the columns whose write times are exported, by their stored names; an empty
 *     list for all columns that have write times; empty for no write times
 * @param ttls as {@code writetimes}, for TTLs
 * @param hasExpiry whether a column has the moment at which the row expires
 * @param window the write times that a row must have
 */
public record CellTimes(
    Optional<List<String>> writetimes,
    Optional<List<String>> ttls,
    boolean hasExpiry,
    CellTimeNames names,
    WrittenWindow window) {

  /** No times, every row. */
  public static final CellTimes NONE =
      new CellTimes(
          Optional.empty(), Optional.empty(), false, CellTimeNames.DEFAULT, WrittenWindow.ALWAYS);

  /** The name of the column with the moment at which the row expires. */
  public static final String EXPIRY = "expires_at";

  public CellTimes withWritetimes(List<CqlIdentifier> columns) {
    return new CellTimes(Optional.of(stored(columns)), ttls, hasExpiry, names, window);
  }

  public CellTimes withTtls(List<CqlIdentifier> columns) {
    return new CellTimes(writetimes, Optional.of(stored(columns)), hasExpiry, names, window);
  }

  public CellTimes withExpiry() {
    return new CellTimes(writetimes, ttls, true, names, window);
  }

  public CellTimes named(CellTimeNames newNames) {
    return new CellTimes(writetimes, ttls, hasExpiry, newNames, window);
  }

  public CellTimes within(WrittenWindow newWindow) {
    return new CellTimes(writetimes, ttls, hasExpiry, names, newWindow);
  }

  private static List<String> stored(List<CqlIdentifier> columns) {
    return columns.stream().map(CqlIdentifier::asInternal).toList();
  }
}
