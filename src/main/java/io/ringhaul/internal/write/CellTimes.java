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
 * @param window the write times that a row must have
 */
public record CellTimes(
    Optional<List<String>> writetimes,
    Optional<List<String>> ttls,
    CellTimeNames names,
    WrittenWindow window) {

  /** No times, every row. */
  public static final CellTimes NONE =
      new CellTimes(
          Optional.empty(), Optional.empty(), CellTimeNames.DEFAULT, WrittenWindow.ALWAYS);

  public CellTimes withWritetimes(List<CqlIdentifier> columns) {
    return new CellTimes(Optional.of(stored(columns)), ttls, names, window);
  }

  public CellTimes withTtls(List<CqlIdentifier> columns) {
    return new CellTimes(writetimes, Optional.of(stored(columns)), names, window);
  }

  public CellTimes named(CellTimeNames newNames) {
    return new CellTimes(writetimes, ttls, newNames, window);
  }

  public CellTimes within(WrittenWindow newWindow) {
    return new CellTimes(writetimes, ttls, names, newWindow);
  }

  private static List<String> stored(List<CqlIdentifier> columns) {
    return columns.stream().map(CqlIdentifier::asInternal).toList();
  }
}
