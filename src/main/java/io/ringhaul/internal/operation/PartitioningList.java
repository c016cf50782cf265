package io.ringhaul.internal.operation;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceRecord;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The list of what is to be read, one row for each entry.
 *
 * @param setting the way to partition that takes it
 * @param source where it is
 */
record PartitioningList(String setting, ImportSource source) {

  /**
   * Reads all of it.
   *
   * @param table has the columns
   * @param asked the columns that make an entry; others of the list are not looked at
   * @param entries takes the serialized values of these columns, row by row, and keeps none of
   *     them; what it says of an entry that it refuses is told with the entry's place
   * @throws InvalidSettingException if a row has no value in one of the columns, or is refused
   * @throws io.ringhaul.exceptions.BulkOperationException if the list cannot be read
   */
  void read(TableDescription table, List<ColumnDescription> asked, Consumer<ByteBuffer[]> entries) {
    List<String> names = asked.stream().map(ColumnDescription::name).toList();
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(table, names, OptionalInt.of(1));
      if (!plan.columns().containsAll(names)) {
        throw new InvalidSettingException(
            setting,
            String.format(
                "%s takes a list with the columns %s, and %s has of them %s: name all of them in"
                    + " its first line",
                setting, names, plan.location(), plan.columns()));
      }
      List<ColumnDescription> columns = table.select(plan.columns());
      int[] places = names.stream().mapToInt(plan.columns()::indexOf).toArray();
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, columns, task)) {
          for (RawRow row = reader.next(); row != null; row = reader.next()) {
            try {
              entries.accept(values(row, names, places));
            } catch (InvalidSettingException e) {
              throw located(e, reader, plan);
            }
          }
        }
      }
    }
  }

  private ByteBuffer[] values(RawRow row, List<String> names, int[] places) {
    ByteBuffer[] values = new ByteBuffer[places.length];
    for (int i = 0; i < places.length; i++) {
      @Nullable ByteBuffer value = row.bytes(places[i]);
      if (value == null) {
        throw new InvalidSettingException(
            setting, "it has no value for " + TableDescription.quote(names.get(i)));
      }
      values[i] = value;
    }
    return values;
  }

  private InvalidSettingException located(
      InvalidSettingException refusal, RowReader reader, SourcePlan plan) {
    String place =
        reader.lastRecord().map(SourceRecord::toString).orElse("a row of " + plan.location());
    return new InvalidSettingException(
        setting,
        String.format("%s cannot take %s: %s", setting, place, refusal.message(Setting::mark)));
  }
}
