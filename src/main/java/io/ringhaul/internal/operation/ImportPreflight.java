package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.internal.preflight.Check;
import io.ringhaul.internal.preflight.LiveReplicas;
import io.ringhaul.internal.preflight.Preflight;
import io.ringhaul.internal.preflight.ReadProbe;
import io.ringhaul.internal.preflight.SchemaAgreement;
import io.ringhaul.internal.preflight.ValueLimits;
import io.ringhaul.internal.preflight.WriteProbe;
import io.ringhaul.internal.preflight.WriteProbe.WriteTimes;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.scan.RowCondition;
import io.ringhaul.internal.write.CellTimeTypes;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;

/** What is looked at before an import begins. */
final class ImportPreflight {

  private final CqlSession session;
  private final OperationSettings settings;
  private final ImportChoices choices;

  ImportPreflight(CqlSession session, OperationSettings settings, ImportChoices choices) {
    this.session = session;
    this.settings = settings;
    this.choices = choices;
  }

  /**
   * Looks, unless that was not wanted.
   *
   * @param columns what the rows of the source carry
   * @throws io.ringhaul.exceptions.PreflightException if the import cannot go well
   */
  void run(TableDescription table, List<ColumnDescription> columns, RequestSettings requests) {
    if (settings.skipsPreflight()) {
      return;
    }
    WriteTimes times =
        !table.isCounterTable() && choices.times().areIn(columns)
            ? WriteTimes.OF_SOURCE
            : WriteTimes.NOW;
    List<Check> checks = new ArrayList<>();
    checks.add(new WriteProbe(session, requests, table, times));
    if (readsToo(table, columns)) {
      checks.add(
          new ReadProbe(
              session,
              requests.seeingEveryWrite(),
              table,
              TableDescription.quote(table.partitionKey().get(0).name()),
              RowCondition.NONE,
              new ReadProbe.Pages(1, true)));
    }
    checks.add(
        new ValueLimits(
            session,
            table,
            columns.stream().filter(column -> column.kind() != Kind.METADATA).toList()));
    checks.add(new SchemaAgreement(session));
    checks.add(new LiveReplicas(session, settings.keyspace(), requests.consistency()));
    new Preflight("The import into " + table, checks).require();
  }

  /** Counters must be new; static lists must not be there if they are added to. */
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
}
