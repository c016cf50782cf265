package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.preflight.Check;
import io.ringhaul.internal.preflight.LiveReplicas;
import io.ringhaul.internal.preflight.Preflight;
import io.ringhaul.internal.preflight.ReadProbe;
import io.ringhaul.internal.preflight.SchemaAgreement;
import io.ringhaul.internal.preflight.ValueLimits;
import io.ringhaul.internal.preflight.WriteProbe;
import io.ringhaul.internal.preflight.WriteProbe.WriteTimes;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.scan.ScanClauses;
import io.ringhaul.internal.write.CellTimeTypes;
import io.ringhaul.internal.write.CounterStatements;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.internal.write.RowTimes;
import io.ringhaul.internal.write.TargetTable;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;

/** The checks before an import begins. */
final class ImportPreflight {

  private final CqlSession session;
  private final OperationSettings settings;
  private final ImportChoices choices;
  private final RequestSettings requests;

  ImportPreflight(
      CqlSession session,
      OperationSettings settings,
      ImportChoices choices,
      RequestSettings requests) {
    this.session = session;
    this.settings = settings;
    this.choices = choices;
    this.requests = requests;
  }

  /**
   * Runs the preflight checks unless the request skips them.
   *
   * @param columns the columns of the source's rows
   * @throws io.ringhaul.exceptions.PreflightException if a check found a problem
   */
  void run(TableDescription table, List<ColumnDescription> columns) {
    if (settings.skipsPreflight()) {
      return;
    }
    List<Check> checks = new ArrayList<>();
    checks.add(new WriteProbe(session, requests, table, times(table, columns)));
    if (readsToo(table, columns)) {
      checks.add(
          new ReadProbe(
              session,
              requests.seeingEveryWrite(),
              table,
              TableDescription.quote(table.partitionKey().get(0).name()),
              ScanClauses.NONE,
              new ReadProbe.Pages(1, true)));
    }
    checks.add(
        new ValueLimits(
            session, table, columns.stream().filter(table.columns()::contains).toList()));
    checks.add(new SchemaAgreement(session));
    checks.add(new LiveReplicas(session, settings.keyspace(), settings.table(), requests));
    String what = choices.deletion().isPresent() ? "The deletion from " : "The import into ";
    new Preflight(what + table, checks).require();
  }

  private WriteTimes times(TableDescription table, List<ColumnDescription> columns) {
    if (choices.deletion().isPresent()) {
      return WriteTimes.OF_DELETION;
    }
    return !table.isCounterTable()
            && (choices.times().areIn(columns) || RowTimes.haveTimestamp(columns))
        ? WriteTimes.OF_SOURCE
        : WriteTimes.NOW;
  }

  /**
   * Whether the import also reads the table: new counters require an empty table, and static lists
   * with cell times require partitions without these lists.
   */
  private boolean readsToo(TableDescription table, List<ColumnDescription> columns) {
    return table.isCounterTable()
        ? !choices.addToCounters()
        : columns.stream()
            .anyMatch(
                column ->
                    column.kind() == Kind.STATIC
                        && CellTimeTypes.isMultiCell(column.type())
                        && choices.times().areIn(columns));
  }

  /**
   * Checks what the table already holds.
   *
   * @param haveBegun whether earlier runs of the job may have written rows
   * @param batch the number of the micro-batch of a follow; 0 for an ordinary import
   * @throws InvalidSettingException if counters would be added to counters of the table
   */
  void requireRoom(
      TableDescription table, List<ColumnDescription> columns, boolean haveBegun, int batch) {
    // The table's rows then come from this job or from earlier batches.
    boolean isBegun = haveBegun || batch > 1;
    if (!table.isCounterTable()) {
      if (!isBegun && choices.deletion().isEmpty() && !choices.isDryRun()) {
        TargetTable.warnUnlessEmpty(session, table, requests);
      }
      return;
    }
    if (choices.query().isEmpty()) {
      CounterStatements.requireCounters(table, columns);
    }
    if (batch > 0) {
      CounterStatements.requireNoStatics("follow", table, columns);
    }
    if (isBegun) {
      return;
    }
    TargetTable.requireCountersToAddTo(session, table, requests, choices);
    if (choices.addToCounters()) {
      CounterStatements.requireNoStatics("addToCounters", table, columns);
    }
  }

  /**
   * Checks that the columns include the primary key.
   *
   * @param operation for the message, such as {@code import into}
   * @param columns empty for all
   */
  static void requirePrimaryKey(String operation, TableDescription table, List<String> columns) {
    if (columns.isEmpty()) {
      return;
    }
    List<String> missing =
        table.primaryKey().stream()
            .map(ColumnDescription::name)
            .filter(name -> !columns.contains(name))
            .map(TableDescription::quote)
            .toList();
    if (!missing.isEmpty()) {
      throw new InvalidSettingException(
          "columns",
          String.format(
              "The %s %s lacks %s of its primary key; every row needs the whole key",
              operation, table, String.join(", ", missing)));
    }
  }
}
