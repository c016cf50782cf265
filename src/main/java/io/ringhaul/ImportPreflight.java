package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.celltimes.CellTimeTypes;
import io.ringhaul.preflight.Check;
import io.ringhaul.preflight.LiveReplicas;
import io.ringhaul.preflight.Preflight;
import io.ringhaul.preflight.ReadProbe;
import io.ringhaul.preflight.SchemaAgreement;
import io.ringhaul.preflight.ValueLimits;
import io.ringhaul.preflight.WriteProbe;
import io.ringhaul.preflight.WriteProbe.WriteTimes;
import io.ringhaul.request.RequestSettings;
import io.ringhaul.scan.RowCondition;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.write.ImportChoices;
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
