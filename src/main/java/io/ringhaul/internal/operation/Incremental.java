package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.MergeBase;
import io.ringhaul.internal.mapping.Mapping;
import io.ringhaul.internal.write.CellTimes;
import io.ringhaul.internal.write.ExportedRows;
import io.ringhaul.internal.write.WrittenWindow;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * How an incremental export finds the rows that have changed.
 *
 * @param overlap how long before the last export the rows that count as changed were written
 * @param detectsDeletes whether all rows are compared with those of the target, instead of selected
 *     by their write times
 */
public record Incremental(Duration overlap, boolean detectsDeletes) {

  /** Room for differences of clocks and for writes that were under way. */
  public static final Duration OVERLAP = Duration.ofMinutes(5);

  public static final Duration MOST_OVERLAP = Duration.ofDays(365);

  /** Returns the times of cells that the export reads. */
  CellTimes times(CellTimes asked) {
    return detectsDeletes ? asked : asked.within(WrittenWindow.CHANGES);
  }

  /** Returns the rows to export when the target has rows of earlier exports. */
  ExportedRows changed(ExportedRows rows, MergeBase base) {
    OptionalLong last = base.readUpTo();
    return last.isPresent()
        ? rows.writtenAfter(last.getAsLong() - overlap.toSeconds() * 1_000_000)
        : rows;
  }

  /**
   * Checks that the export has all rows and the columns as they are: the next export begins where
   * this one ends, so that rows that this one leaves out would never be exported.
   *
   * @throws InvalidSettingException if a setting does not go with an incremental export
   */
  public void require(RowSelection selection, CellTimes times, Optional<Mapping> mapping) {
    Set<String> others = new TreeSet<>(selection.restrictions().keySet());
    others.addAll(times.window().restrictions().keySet());
    mapping.ifPresent(given -> others.add(Setting.MAPPING.method()));
    if (detectsDeletes) {
      // A TTL counts down, so that all rows would differ.
      times.ttls().ifPresent(columns -> others.add(Setting.WITH_TTL.method()));
      times.writetimes().ifPresent(columns -> others.add(Setting.WITH_WRITETIME.method()));
      if (times.hasExpiry()) {
        others.add(Setting.WITH_EXPIRY.method());
      }
    }
    others.stream()
        .findFirst()
        .ifPresent(
            other -> {
              throw new InvalidSettingException(
                  other,
                  String.format(
                      "%s does not go with %s, which has %s",
                      other,
                      (detectsDeletes ? Setting.DETECT_DELETES : Setting.INCREMENTAL).call(),
                      other.startsWith("with")
                          ? "the values of rows and no times of cells"
                          : "all rows of the table and its columns as they are"));
            });
  }
}
