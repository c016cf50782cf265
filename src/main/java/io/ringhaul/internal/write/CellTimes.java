package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.util.List;
import java.util.Optional;

/**
 * What an export is to say of the cells behind its values.
 *
 * @param writetimes the columns whose write times are exported, by their stored names; none named
 *     means all that have them; empty for no write times
 * @param ttls the same for times to live
 * @param names how the added columns are called
 * @param window the write times that a row must have
 */
public record CellTimes(
    Optional<List<String>> writetimes,
    Optional<List<String>> ttls,
    CellTimeNames names,
    WrittenWindow window) {

  /** Values alone, of every row. */
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
