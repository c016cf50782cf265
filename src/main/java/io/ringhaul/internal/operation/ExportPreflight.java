package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.internal.preflight.Check;
import io.ringhaul.internal.preflight.DiskSpace;
import io.ringhaul.internal.preflight.MaskedColumns;
import io.ringhaul.internal.preflight.WritableFolder;
import io.ringhaul.internal.ring.LocalNodes;
import io.ringhaul.internal.scan.ScanSettings;
import io.ringhaul.internal.scan.SelectedColumn;
import io.ringhaul.internal.scan.SizeEstimate;
import io.ringhaul.internal.write.WrittenWindow;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is looked at before an export begins. */
final class ExportPreflight {

  private final CqlSession session;
  private final OperationSettings settings;
  private final RowSelection selection;
  private final WrittenWindow window;
  private final ExportTarget target;

  ExportPreflight(
      CqlSession session,
      OperationSettings settings,
      RowSelection selection,
      WrittenWindow window,
      ExportTarget target) {
    this.session = session;
    this.settings = settings;
    this.selection = selection;
    this.window = window;
    this.target = target;
  }

  /**
   * Looks, unless that was not wanted.
   *
   * @param selected what is read of each row
   * @param pageSize the page size that was asked for; 0 for the default
   * @return the largest page that the scan may ask for, in rows
   * @throws io.ringhaul.exceptions.PreflightException if the export cannot go well
   */
  int run(TableDescription table, List<SelectedColumn> selected, TableScan scan, int pageSize) {
    List<Check> checks = new ArrayList<>();
    checks.add(
        new MaskedColumns(
            session,
            table,
            // Rows are found again by the token of their key, even if they are exported without it.
            Stream.concat(
                    table.partitionKey().stream(), selected.stream().map(SelectedColumn::column))
                .filter(column -> column.kind() != Kind.METADATA)
                .distinct()
                .toList()));
    target.localFolder().ifPresent(folder -> addFolder(checks, folder, table, selected, scan));
    target
        .spillFolder()
        .ifPresent(
            folder ->
                checks.add(
                    new WritableFolder(
                        folder, "make it writable, or choose another one with -Djava.io.tmpdir")));
    return ScanPreflight.run(
        session,
        settings,
        scan.requests(),
        new ScanPreflight.Reading(
            "The export of " + table,
            table,
            selected.stream().map(SelectedColumn::expression).collect(Collectors.joining(", ")),
            selection.condition(),
            pageSize,
            ScanSettings.MOST_PAGE_SIZE),
        checks);
  }

  private void addFolder(
      List<Check> checks,
      Path folder,
      TableDescription table,
      List<SelectedColumn> selected,
      TableScan scan) {
    checks.add(new WritableFolder(folder, "make it writable, or choose another target"));
    if (selection.maxRows() == 0 && selection.condition().where().isEmpty()) {
      long bytes =
          (long)
              (SizeEstimate.bytes(session, table, LocalNodes.of(session).nodes())
                  * TableScan.share(scan.plan().tokens()));
      String what = "the export of " + table;
      checks.add(
          isPart(table, selected)
              ? DiskSpace.atMost(folder, bytes, what)
              : new DiskSpace(folder, bytes, what));
    }
  }

  /** Whether less is exported than what the size of the table tells, and nobody knows how much. */
  private boolean isPart(TableDescription table, List<SelectedColumn> selected) {
    return window.isBounded()
        || !selected.stream().map(SelectedColumn::column).toList().containsAll(table.columns());
  }
}
