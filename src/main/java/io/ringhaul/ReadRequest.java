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
import io.ringhaul.internal.operation.ScanSizing;
import io.ringhaul.internal.write.CellTimes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Reads the rows of a table into application code, each row once, in no order, in one of these
 * ways:
 *
 * <ul>
 *   <li>{@link #forEach(Consumer)} and {@link #forEachAsync(Consumer)}, on several threads at once;
 *   <li>{@link #stream()} and {@link #rows()}, on the calling thread;
 *   <li>{@link #publisher()}, with back-pressure.
 * </ul>
 *
 * <p>{@link #execute()} and {@link #executeAsync()} are refused, because they have nowhere to put
 * the rows.
 *
 * <p>Memory use is constant: a slow consumer slows the read down. Delivered rows cannot be taken
 * back: a read that fails has delivered some of them.
 */
public final class ReadRequest extends ScanRequest<ReadRequest, ReadResult> {

  private List<CqlIdentifier> columns = List.of();

  ReadRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** The columns to read, in CQL form and in this order. Default: all of them. */
  public ReadRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /** {@link #columns(String...)} with identifiers instead of names in CQL form. */
  public ReadRequest columns(CqlIdentifier... names) {
    this.columns = List.of(names);
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
   * Reads the rows and calls the action on each. Runs in the calling thread until the read ends. An
   * interrupt cancels the read.
   *
   * @param action called on several threads at once; an exception from it ends the read and reaches
   *     the caller, as it is if it is a {@link BulkOperationException}, else as the cause of one
   * @throws InvalidSettingException if settings contradict each other
   * @throws BulkOperationException if the read fails; it carries the figures reached
   */
  public ReadResult forEach(Consumer<? super Row> action) {
    return operator.call(operation(into(action)));
  }

  /**
   * Starts {@link #forEach(Consumer)} in the background. Cancelling the future cancels the read.
   *
   * @return completes with the result, or exceptionally with a {@link BulkOperationException}
   * @throws InvalidSettingException if settings contradict each other
   */
  public CompletableFuture<ReadResult> forEachAsync(Consumer<? super Row> action) {
    return operator.start(operation(into(action)));
  }

  private static PageSink into(Consumer<? super Row> action) {
    Objects.requireNonNull(action);
    return page -> page.rows().forEach(action);
  }

  /**
   * The rows as a sequential stream, which reads a few pages ahead. Close it unless it was read to
   * its end; closing ends the read.
   */
  public Stream<Row> stream() {
    return rows().stream();
  }

  /**
   * The rows as a publisher. Each subscription reads the table again; the read starts at the
   * subscriber's first request for rows, with the settings of that moment. {@code onNext} is called
   * on threads of the operator, by one thread at a time, and may block. A failure is a {@link
   * BulkOperationException}. Cancelling the subscription or closing the operator ends the read.
   */
  public Flow.Publisher<Row> publisher() {
    return new RowPublisher(sink -> operator.start(operation(sink)));
  }

  /**
   * The rows as an iterator that reads a few pages ahead. Close it unless it was read to its end.
   */
  public RowIterator rows() {
    return RowIterator.over(sink -> operator.start(operation(sink)));
  }

  @Override
  BulkOperation<ReadResult> operation() {
    throw new InvalidSettingException(
        "forEach",
        "A read without forEach(...) has nowhere to put its rows; call forEach(...) or"
            + " forEachAsync(...) instead of execute() or executeAsync(), or use stream(), rows()"
            + " or publisher()");
  }

  private BulkOperation<ReadResult> operation(PageSink sink) {
    List<CqlIdentifier> names = columns;
    int rowsToPage = pageSize();
    return operation(
        sizing(),
        (settings, selection, sizing) ->
            new ReadOperation(
                settings, selection, sizing, names, rowsToPage, CellTimes.NONE, sink));
  }

  @Override
  ScanSizing sizing() {
    return CountOperation.SIZING;
  }

  @Override
  ReadRequest self() {
    return this;
  }
}
