package io.ringhaul.cluster;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.preflight.MaskedColumns;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.internal.ring.RingSource;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.internal.scan.Page;
import io.ringhaul.internal.scan.RangeStatements;
import io.ringhaul.internal.scan.ScanPlan;
import io.ringhaul.internal.scan.ScanSettings;
import io.ringhaul.internal.scan.ScanTask;
import io.ringhaul.internal.scan.Selection;
import io.ringhaul.internal.scan.TableScanner;
import io.ringhaul.internal.scan.TaskScan;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares two tables with the same schema and replication, byte by byte. Both tables return the
 * rows of a token range in the same order, so that the comparison holds at most two pages in
 * memory.
 */
public final class TableComparison {

  private static final RequestSettings REQUESTS =
      new RequestSettings(
          4, ConsistencyLevel.LOCAL_QUORUM, Duration.ofMinutes(1), 5, Optional.empty());

  private static final int SPLITS = 16;

  private final CqlSession session;

  /** Uses the given session and does not close it. */
  public TableComparison(CqlSession session) {
    this.session = session;
  }

  /**
   * The outcome.
   *
   * @param rows number of rows that are equal in every byte
   * @param difference the first difference; empty if the tables are equal
   */
  public record Outcome(long rows, Optional<String> difference) {}

  /**
   * Compares the tables up to the first difference.
   *
   * @param keyspace the keyspace of both tables, in CQL form
   * @param left a table, in CQL form
   * @param right the other table, in CQL form
   */
  public Outcome compare(String keyspace, String left, String right) throws InterruptedException {
    CqlIdentifier in = CqlIdentifier.fromCql(keyspace);
    TableLookup tables = new TableLookup(session);
    TableDescription first = tables.readable(in, CqlIdentifier.fromCql(left));
    TableDescription second = tables.readable(in, CqlIdentifier.fromCql(right));
    if (!first.columns().equals(second.columns())) {
      return new Outcome(0, Optional.of("their columns differ"));
    }
    List<String> names = first.columns().stream().map(ColumnDescription::name).toList();
    TokenRing ring = RingSource.of(session, in, CqlIdentifier.fromCql(left)).read(null);
    ScanPlan plan = ScanPlan.of(first.keyspace(), first.name(), names, ring, SPLITS);
    try (RequestSender sender = new RequestSender(session, REQUESTS)) {
      TableScanner leftScanner = scanner(first, sender);
      TableScanner rightScanner = scanner(second, sender);
      long rows = 0;
      for (ScanTask task : plan.tasks()) {
        Rows leftRows = new Rows(leftScanner.scan(task));
        Rows rightRows = new Rows(rightScanner.scan(task));
        Row one = leftRows.next();
        Row other = rightRows.next();
        while (one != null && other != null) {
          String column = firstDifference(one, other, names);
          if (column != null) {
            return new Outcome(rows, Optional.of("a row differs in column " + column));
          }
          rows++;
          one = leftRows.next();
          other = rightRows.next();
        }
        if (one != null || other != null) {
          return new Outcome(
              rows, Optional.of("only " + (one != null ? first : second) + " has the next row"));
        }
      }
      return new Outcome(rows, Optional.empty());
    }
  }

  private TableScanner scanner(TableDescription table, RequestSender sender) {
    // A read-ahead of one page keeps a task's pages in the order of its ranges.
    return new TableScanner(
        RangeStatements.selecting(
            session, table, Selection.of(table.columns()), REQUESTS.timeout()),
        sender,
        new ScanSettings(0, 1, MaskedColumns.keysAreUnmasked(session, table)));
  }

  private static @Nullable String firstDifference(Row one, Row other, List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      if (!Objects.equals(one.getBytesUnsafe(i), other.getBytesUnsafe(i))) {
        return names.get(i);
      }
    }
    return null;
  }

  /** The rows of a task, in the order of its pages. */
  private static final class Rows {
    private final TaskScan pages;
    private Iterator<Row> rows = Collections.emptyIterator();

    private Rows(TaskScan pages) {
      this.pages = pages;
    }

    private @Nullable Row next() throws InterruptedException {
      while (!rows.hasNext()) {
        Page page = pages.next();
        if (page == null) {
          return null;
        }
        rows = page.rows().iterator();
      }
      return rows.next();
    }
  }
}
