package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.CountOperation;
import io.ringhaul.internal.operation.PageSink;
import io.ringhaul.internal.operation.ReadOperation;
import io.ringhaul.internal.operation.RowPublisher;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a table into application code, each row once, in no order, in one of three
 * ways:
 *
 * <ul>
 *   <li>{@link #forEach(Consumer)} with {@link #run()} or {@link #runAsync()}, on several threads
 *       at once;
 *   <li>{@link #publisher()}, a stream with back-pressure;
 *   <li>{@link #rows()}, a plain iterator.
 * </ul>
 *
 * <p>Memory use is constant: a slow consumer slows the read down. Delivered rows cannot be taken
 * back: a read that fails has delivered some of them.
 */
public final class ReadRequest extends ScanRequest<ReadRequest, ReadResult> {

  private List<CqlIdentifier> columns = List.of();
  private @Nullable Consumer<? super Row> consumer;

  ReadRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** The columns to read, in CQL form and in this order. Default: all of them. */
  public ReadRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /**
   * Reads this number of rows, or all rows if there are fewer, and then stops. Which rows these are
   * is not defined. Default: every row.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public ReadRequest maxRows(long rows) {
    select(selection -> selection.withMaxRows(rows));
    return this;
  }

  /**
   * The action of {@link #run()} and {@link #runAsync()} on each row.
   *
   * @param action called on several threads at once; an exception from it ends the read and reaches
   *     the caller, as it is if it is a {@link BulkOperationException}, else as the cause of one
   */
  public ReadRequest forEach(Consumer<? super Row> action) {
    this.consumer = Objects.requireNonNull(action);
    return this;
  }

  /**
   * The rows as a stream. Each subscription reads the table again; the read starts at the
   * subscriber's first request for rows, with the settings of that moment. {@code onNext} is called
   * on threads of the operator, by one thread at a time, and may block. A failure is a {@link
   * BulkOperationException}. Cancelling the subscription or closing the operator ends the read.
   *
   * <p>Ignores {@link #forEach(Consumer)}.
   */
  public Flow.Publisher<Row> publisher() {
    return new RowPublisher(sink -> operator.start(operation(sink)));
  }

  /**
   * The rows as an iterator that reads a few pages ahead. Close it unless it was read to its end.
   * Ignores {@link #forEach(Consumer)}.
   */
  public RowIterator rows() {
    return RowIterator.over(sink -> operator.start(operation(sink)));
  }

  @Override
  BulkOperation<ReadResult> operation() {
    Consumer<? super Row> action = consumer;
    if (action == null) {
      throw new InvalidSettingException(
          "forEach",
          "A read without forEach(...) has nowhere to put its rows; call it, or use rows() or"
              + " publisher()");
    }
    return operation(page -> page.rows().forEach(action));
  }

  private BulkOperation<ReadResult> operation(PageSink sink) {
    List<CqlIdentifier> names = columns;
    int rowsToPage = pageSize();
    return operation(
        CountOperation.SIZING,
        (settings, selection, sizing) ->
            new ReadOperation(settings, selection, sizing, names, rowsToPage, sink));
  }

  @Override
  ReadRequest self() {
    return this;
  }
}
