package io.ringhaul.internal.iceberg;

import io.ringhaul.format.CommitResult;
import io.ringhaul.format.ExportDescription;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.format.TargetPlan;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.TaskOutput;
import io.ringhaul.format.TaskWriter;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRangeSet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Exports and imports generated rows without a cluster. */
final class Exports {

  private Exports() {}

  static TableDescription table(ColumnDescription... columns) {
    return new TableDescription("ks", "t", List.of(columns));
  }

  static ExportDescription description(TableDescription table, UUID job) {
    return new ExportDescription(
        job, table, table.columns(), 2, TokenRangeSet.wholeRing(), Map.of());
  }

  @SafeVarargs
  static CommitResult run(
      IcebergTarget target, TableDescription table, List<@Nullable ByteBuffer>... rows) {
    return run(target, table, UUID.randomUUID(), rows);
  }

  @SafeVarargs
  static CommitResult run(
      IcebergTarget target, TableDescription table, UUID job, List<@Nullable ByteBuffer>... rows) {
    try (TargetSession session = target.open()) {
      TargetPlan plan = session.plan(description(table, job));
      return session.commit(
          plan, withFinalSteps(session, plan, table, List.of(write(session, plan, table, rows))));
    }
  }

  /** Runs the final steps after the tasks and returns the outputs of tasks and final steps. */
  static List<TaskOutput> withFinalSteps(
      TargetSession session, TargetPlan plan, TableDescription table, List<TaskOutput> tasks) {
    List<TaskOutput> all = new ArrayList<>(tasks);
    session
        .finalSteps(plan, table.columns(), tasks)
        .forEach(step -> all.add(step.run(bytes -> {})));
    return all;
  }

  @SafeVarargs
  static TaskOutput write(
      TargetSession session,
      TargetPlan plan,
      TableDescription table,
      List<@Nullable ByteBuffer>... rows) {
    try (TaskWriter writer = session.openTask(plan, table.columns(), 0)) {
      for (List<@Nullable ByteBuffer> row : rows) {
        writer.write(row::get);
      }
      return writer.finish();
    }
  }

  static List<@Nullable ByteBuffer> row(@Nullable ByteBuffer... values) {
    return new ArrayList<>(Arrays.asList(values));
  }

  /** The rows that an import into the table gets: each as the hexadecimal digits of its values. */
  static List<List<@Nullable String>> imported(
      ImportSource source, TableDescription table, String... columns) {
    return imported(source, table, OptionalInt.empty(), columns);
  }

  static List<List<@Nullable String>> imported(
      ImportSource source, TableDescription table, OptionalInt tasks, String... columns) {
    List<List<@Nullable String>> rows = new ArrayList<>();
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(table, List.of(columns), tasks);
      List<ColumnDescription> planned = table.select(plan.columns());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, planned, task)) {
          for (RawRow row = reader.next(); row != null; row = reader.next()) {
            List<@Nullable String> values = new ArrayList<>();
            for (int i = 0; i < planned.size(); i++) {
              ByteBuffer value = row.bytes(i);
              values.add(value == null ? null : CqlBytes.hex(value));
            }
            rows.add(values);
          }
        }
      }
    }
    return rows;
  }
}
