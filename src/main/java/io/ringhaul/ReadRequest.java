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
 * Reads the rows of a table into application code, each once, in no order. There are three ways:
 *
 * <ul>
 *   <li>{@link #forEach(Consumer)} with {@link #run()} or {@link #runAsync()}, on several threads
 *       at once;
 *   <li>{@link #publisher()}, a stream with back-pressure;
 *   <li>{@link #rows()}, a plain iterator.
 * </ul>
 *
 * <p>Memory stays constant in all of them: whoever is slow to take rows slows the reading down.
 * Rows that were handed on cannot be taken back: a reading that fails has given some of them.
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
   * Reads so many rows, or all if there are not as many, and then no more of the table. Which rows
   * these are is left to chance. Default: every row.
   *
   * @throws InvalidSettingException if it is below 1
   */
  public ReadRequest maxRows(long rows) {
    select(selection -> selection.withMaxRows(rows));
    return this;
  }

  /**
   * What {@link #run()} and {@link #runAsync()} do with each row.
   *
   * @param action is called on several threads at once; what it throws ends the reading, and is
   *     thrown to the caller as it is if it is a {@link BulkOperationException}, else as the cause
   *     of one
   */
  public ReadRequest forEach(Consumer<? super Row> action) {
    this.consumer = Objects.requireNonNull(action);
    return this;
  }

  /**
   * The rows as a stream. Each subscriber reads the table anew, beginning with its first request
   * for rows and with the settings as they are then. {@code onNext} is never called by two threads
   * at once, and is called on threads of the operator, which it may block. A failure is a {@link
   * BulkOperationException}. Cancelling a subscription ends the reading, and so does closing the
   * operator.
   *
   * <p>{@link #forEach(Consumer)} has no part in it.
   */
  public Flow.Publisher<Row> publisher() {
    return new RowPublisher(sink -> operator.start(operation(sink)));
  }

  /**
   * The rows as an iterator, which reads ahead by a few pages. To be closed unless it has come to
   * its end. {@link #forEach(Consumer)} has no part in it.
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
