package io.ringhaul.csv;

import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Exports rows to CSV folders and imports them, without a cluster. */
final class CsvFolders {

  private CsvFolders() {}

  /** The result of an export. */
  record Exported(CommitResult commit, List<List<@Nullable String>> rows, List<String> refused) {}

  /** The rows of an import, and the messages of rejected ones. */
  record Imported(List<String> columns, List<List<@Nullable String>> rows, List<String> refused) {}

  /** Exports all rows, in tasks of a few rows each. */
  static Exported write(CsvTarget target, TableDescription table, List<RawRow> rows, int tasks) {
    List<List<@Nullable String>> taken = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    try (TargetSession session = target.open()) {
      TargetPlan plan =
          session.plan(
              new ExportDescription(
                  UUID.randomUUID(),
                  table,
                  table.columns(),
                  tasks,
                  TokenRangeSet.wholeRing(),
                  Map.of()));
      List<TaskOutput> outputs = new ArrayList<>();
      for (int task = 0; task < tasks; task++) {
        try (TaskWriter writer = session.openTask(plan, table.columns(), task)) {
          for (int i = task; i < rows.size(); i += tasks) {
            try {
              writer.write(rows.get(i));
              taken.add(hex(table.columns().size(), rows.get(i)));
            } catch (UnrepresentableValueException e) {
              refused.add(String.valueOf(e.getMessage()));
            }
          }
          outputs.add(writer.finish());
        }
      }
      return new Exported(session.commit(plan, outputs), taken, refused);
    }
  }

  /** Imports the columns that source and table have in common, or the named columns. */
  static Imported read(CsvSource source, TableDescription table, String... columns) {
    List<List<@Nullable String>> rows = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(table, List.of(columns), OptionalInt.empty());
      List<ColumnDescription> selected =
          plan.columns().stream().map(name -> table.column(name).orElseThrow()).toList();
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, selected, task)) {
          boolean more = true;
          while (more) {
            try {
              RawRow row = reader.next();
              more = row != null;
              if (row != null) {
                rows.add(hex(selected.size(), row));
              }
            } catch (UnrepresentableValueException | MalformedRecordException e) {
              refused.add(String.valueOf(e.getMessage()));
            }
          }
        }
      }
      return new Imported(plan.columns(), rows, refused);
    }
  }

  static RawRow row(@Nullable ByteBuffer... values) {
    return column -> values[column];
  }

  static List<@Nullable String> hex(int columns, RawRow row) {
    List<@Nullable String> texts = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      ByteBuffer value = row.bytes(i);
      texts.add(value == null ? null : CqlBytes.hex(value));
    }
    return texts;
  }
}
