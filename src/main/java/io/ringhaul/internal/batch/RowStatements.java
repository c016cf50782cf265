package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.TableRow;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.cql.TableLookup;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes statements of operations on rows. Each is prepared once for each table, verb and set of
 * conditions, however many columns the rows have values for. Thread-safe.
 */
public final class RowStatements {

  private record Name(CqlIdentifier keyspace, CqlIdentifier table) {}

  /** What was seen of a table, as long as the session has the same description of it. */
  private record Seen(@Nullable TableMetadata metadata, RowTable table) {}

  private final CqlSession session;
  private final TableLookup lookup;
  private final Map<Name, Seen> tables = new ConcurrentHashMap<>();

  public RowStatements(CqlSession session) {
    this.session = session;
    this.lookup = new TableLookup(session);
  }

  /**
   * The statement of an operation.
   *
   * @throws UnsuitableTableException if the table or a column is unknown, or the table cannot be
   *     written so
   * @throws UnrepresentableValueException if a key column has no value, or a value does not fit its
   *     column
   * @throws UnsuitableBatchException if the operation contradicts itself
   * @throws InvalidSettingException if the time to live or the write time is out of bounds
   * @throws BulkOperationException if the statement could not be prepared
   */
  BoundStatement bind(RowOperation operation) {
    return table(operation.row()).bind(operation);
  }

  /**
   * The ways to write a row over one that is there, with a time that follows from Paxos and not
   * from a client's clock. Each is one batch: a condition that writes nothing, and the plain insert
   * of the row, which other than an update renews how long the row itself lives. One of the ways
   * holds as long as the row is there. The insert is alone where the table has nothing but a key,
   * and so no condition that lets the row be.
   *
   * @throws BulkOperationException as {@link #bind} does
   */
  List<List<BoundStatement>> overwriting(TableRow row) {
    return table(row).overwriting(row);
  }

  /** Whether {@link #bind} threw this for what the row holds, so that another row may pass. */
  static boolean isOfRow(BulkOperationException failure) {
    return failure instanceof UnsuitableTableException
        || failure instanceof UnrepresentableValueException
        || failure instanceof UnsuitableBatchException
        || failure instanceof InvalidSettingException;
  }

  /**
   * Whether an insert of the row must share no batch: it replaces a list that all rows of its
   * partition share, and done twice in one batch that would double its elements.
   */
  boolean isToGoAlone(TableRow row) {
    return table(row).replacesSharedList(row);
  }

  private RowTable table(TableRow row) {
    Name name = new Name(row.keyspace(), row.table());
    TableMetadata now =
        session
            .getMetadata()
            .getKeyspace(name.keyspace())
            .flatMap(keyspace -> keyspace.getTable(name.table()))
            .orElse(null);
    Seen seen = tables.get(name);
    // The session describes a table anew whenever something of its keyspace changes.
    if (seen == null || seen.metadata() != now) {
      RowTable table =
          seen != null && seen.metadata() != null && seen.metadata().equals(now)
              ? seen.table()
              : new RowTable(session, lookup.writable(name.keyspace(), name.table()));
      seen = new Seen(now, table);
      tables.put(name, seen);
    }
    return seen.table();
  }
}
