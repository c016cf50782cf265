package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.ImportOperation;
import io.ringhaul.internal.write.Deletion;
import io.ringhaul.internal.write.ImportChoices;
import io.ringhaul.table.TableSource;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Deletes rows of a table by their keys. Nothing is deleted before {@link #apply()} is called: the
 * default is a dry run, which reads the keys and counts them.
 *
 * <pre>{@code
 * operator
 *     .deleteFrom("store", "orders")
 *     .keys(TableSource.of(session, "store", "orders").where("status = 'void'").allowFiltering())
 *     .apply()
 *     .execute();
 * }</pre>
 *
 * <p>Each deletion has the time at which the operation began, or that of {@link
 * #writtenBefore(Instant)}, so that what clients write later survives. Times of writes and
 * deletions come from clocks of clients, which must agree.
 *
 * <p>With {@link #columns}, the partition key alone deletes partitions, and the partition key with
 * the first clustering columns deletes all rows that begin with them. A row of static columns only,
 * which a {@code TableSource} returns for a partition without other rows, deletes the static
 * columns.
 *
 * <p>Deletions leave tombstones. To empty a table, use TRUNCATE. Counters cannot be deleted with a
 * time, and do not count again reliably: such tables are refused.
 */
public final class DeleteRequest extends WriteRequest<DeleteRequest, DeleteResult> {

  private @Nullable ImportSource keys;
  private @Nullable Instant before;
  private boolean applies;

  DeleteRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * The keys of the rows to delete: any source with columns of the primary key, such as {@code
   * CsvSource.at(file)}, or {@code TableSource.of(...).where(...)} for the rows of the table itself
   * that satisfy a condition. Other columns are ignored. Required.
   */
  public DeleteRequest keys(ImportSource source) {
    this.keys = Objects.requireNonNull(source);
    return this;
  }

  /**
   * Deletes only what was written at this time or before it. Default: the time at which the
   * operation begins; for a resumed job, at which its first run began.
   *
   * @throws InvalidSettingException if it is in the future
   */
  public DeleteRequest writtenBefore(Instant moment) {
    if (moment.isAfter(Instant.now())) {
      throw new InvalidSettingException(
          "writtenBefore",
          "writtenBefore is "
              + moment
              + ", which is in the future: it would hide what clients write until then");
    }
    this.before = Objects.requireNonNull(moment);
    return this;
  }

  /** Deletes the rows. Default: a dry run. */
  public DeleteRequest apply() {
    this.applies = true;
    return this;
  }

  @Override
  BulkOperation<DeleteResult> operation() {
    ImportSource from = keys;
    if (from == null) {
      throw new InvalidSettingException(
          "keys",
          "A deletion needs the keys of its rows: call keys(...), for instance with CsvSource or"
              + " TableSource");
    }
    boolean isDryRun = !applies;
    ImportChoices choices =
        ImportChoices.DEFAULT.deleting(
            new Deletion(
                Optional.ofNullable(before), Optional.empty(), from instanceof TableSource));
    ImportOperation operation =
        blueprint(
                settings(),
                ImportOperation.Creation.NOTHING,
                false,
                isDryRun ? choices.dryRun() : choices)
            .of(from, id(), isDryRun ? Optional.empty() : namedJob());
    return (session, threads) -> {
      ImportResult result = operation.run(session, threads);
      return new DeleteResult(
          result.totals(),
          result.jobId(),
          result.location(),
          result.acceptedRows(),
          result.rejectedRows(),
          result.rejects(),
          !isDryRun);
    };
  }

  @Override
  DeleteRequest self() {
    return this;
  }
}
