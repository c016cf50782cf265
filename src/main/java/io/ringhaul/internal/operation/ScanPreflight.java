package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.internal.preflight.Check;
import io.ringhaul.internal.preflight.LiveReplicas;
import io.ringhaul.internal.preflight.Preflight;
import io.ringhaul.internal.preflight.ReadProbe;
import io.ringhaul.internal.preflight.SchemaAgreement;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.scan.RowCondition;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;

/** What is looked at before a table is read. */
final class ScanPreflight {

  /**
   * What is going to be read.
   *
   * @param operation names the operation, at the start of a sentence
   * @param expressions what is selected, in CQL
   * @param pageSize rows to a page as the user asked for; 0 for the default
   * @param defaultPageSize the largest page by default
   */
  record Reading(
      String operation,
      TableDescription table,
      String expressions,
      RowCondition condition,
      int pageSize,
      int defaultPageSize) {}

  private ScanPreflight() {}

  /**
   * Looks, unless that was not wanted.
   *
   * @param more checks of the operation's own
   * @return the largest page that may be asked for, in rows
   */
  static int run(
      CqlSession session,
      OperationSettings settings,
      RequestSettings requests,
      Reading reading,
      List<Check> more) {
    int page = reading.pageSize() > 0 ? reading.pageSize() : reading.defaultPageSize();
    if (settings.skipsPreflight()) {
      return page;
    }
    ReadProbe trial =
        new ReadProbe(
            session,
            requests,
            reading.table(),
            reading.expressions(),
            reading.condition(),
            new ReadProbe.Pages(page, reading.pageSize() > 0));
    List<Check> checks = new ArrayList<>(List.of(trial));
    checks.addAll(more);
    checks.add(new SchemaAgreement(session));
    checks.add(new LiveReplicas(session, settings.keyspace(), requests.consistency()));
    new Preflight(reading.operation(), checks).require();
    return trial.largestPage().orElse(page);
  }
}
