package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.internal.preflight.Check;
import io.ringhaul.internal.preflight.LiveReplicas;
import io.ringhaul.internal.preflight.Preflight;
import io.ringhaul.internal.preflight.ReadProbe;
import io.ringhaul.internal.preflight.SchemaAgreement;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.scan.ScanClauses;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.List;

/** The checks before a table is read. */
final class ScanPreflight {

  /**
   * The scan to check.
   *
   * @param operation the operation, for the start of a sentence
   * @param expressions the CQL expressions to select
   * @param pageSize rows in a page as the user set it; 0 for the default
   * @param defaultPageSize the largest page by default, in rows
   */
  record Reading(
      String operation,
      TableDescription table,
      String expressions,
      ScanClauses clauses,
      int pageSize,
      int defaultPageSize) {

    /** The largest page that the scan asks for, in rows. */
    private int page() {
      return pageSize > 0 ? pageSize : defaultPageSize;
    }
  }

  private ScanPreflight() {}

  /**
   * Runs the preflight checks unless the request skips them.
   *
   * @param more checks for this operation only
   * @return the largest page that the scan may request, in rows
   */
  static int run(
      CqlSession session,
      OperationSettings settings,
      RequestSettings requests,
      Reading reading,
      List<Check> more) {
    return settings.skipsPreflight() ? reading.page() : run(session, requests, reading, more);
  }

  /** Runs the preflight checks and returns the largest page, in rows. */
  static int run(CqlSession session, RequestSettings requests, Reading reading, List<Check> more) {
    ReadProbe trial =
        new ReadProbe(
            session,
            requests,
            reading.table(),
            reading.expressions(),
            reading.clauses(),
            new ReadProbe.Pages(reading.page(), reading.pageSize() > 0));
    List<Check> checks = new ArrayList<>(List.of(trial));
    checks.addAll(more);
    checks.add(new SchemaAgreement(session));
    checks.add(
        new LiveReplicas(
            session,
            CqlIdentifier.fromInternal(reading.table().keyspace()),
            CqlIdentifier.fromInternal(reading.table().name()),
            requests));
    new Preflight(reading.operation(), checks).require();
    return trial.largestPage().orElse(reading.page());
  }
}
