package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.Grouping;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.ImportSource;
import io.ringhaul.internal.mapping.Mapping;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.ImportBlueprint;
import io.ringhaul.internal.operation.ImportOperation;
import io.ringhaul.internal.operation.OperationSettings;
import io.ringhaul.internal.operation.RepairOperation;
import io.ringhaul.internal.rejects.RejectSettings;
import io.ringhaul.internal.write.ImportChoices;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Makes a table equal to a source: compares both, writes the rows of the source that are missing or
 * different, and compares the touched token ranges again. Nothing is written before {@link
 * #apply()} is called: the default is a dry run.
 *
 * <p>Rows are written with the write times and TTLs that the source has, so that a value that is
 * newer in the table stays, and so does a deletion that is newer than the source's row. With {@link
 * #ignoreCellTimes()} the source's values win. What is left is in {@link RepairResult#left()}.
 *
 * <p>Elements of collections that are not frozen are added if the source has times; elements that
 * only the table has then stay.
 */
public final class RepairRequest extends ComparisonRequest<RepairRequest, RepairResult> {

  private ImportChoices choices = ImportChoices.DEFAULT;
  private boolean deletesExtra;
  private boolean applies;

  RepairRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** What the table should be equal to: any source of an import except a stream. Required. */
  public RepairRequest from(ImportSource expected) {
    return comparingWith(expected);
  }

  /**
   * Deletes rows that the source does not have, and values where the source has null, with the time
   * of the start: what clients write later stays. The source must have all rows of the table, and
   * not only those of a condition or of a part of its history. Default: they stay.
   */
  public RepairRequest deleteExtra() {
    this.deletesExtra = true;
    return this;
  }

  /**
   * Writes rows with the current time and without TTLs, so that lists that are not frozen are
   * replaced; rows with such lists that differ cannot be repaired with their write times. Default:
   * with the write times and TTLs that the source has.
   */
  public RepairRequest ignoreCellTimes() {
    this.choices = choices.withTimes(choices.times().leftAside());
    return this;
  }

  /** Changes the table. Default: a dry run, which compares only. */
  public RepairRequest apply() {
    this.applies = true;
    return this;
  }

  @Override
  BulkOperation<RepairResult> operation() {
    ImportChoices how = choices;
    boolean deletes = deletesExtra;
    boolean changes = applies;
    return operation(
        sizing(),
        (settings, selection, sizing) -> {
          if (deletes && selection.clauses().where().isPresent()) {
            throw new InvalidSettingException(
                "deleteExtra",
                Setting.DELETE_EXTRA.call()
                    + " does not go with "
                    + Setting.WHERE.mark()
                    + ": rows that satisfy the condition in the table only would be deleted");
          }
          if (comparesCellTimes() && how.times().ignored()) {
            throw new InvalidSettingException(
                "compareCellTimes",
                Setting.COMPARE_CELL_TIMES.call()
                    + " does not go with "
                    + Setting.IGNORE_CELL_TIMES.call()
                    + ": rows that are written with the current time differ from the source again");
          }
          mapping()
              .filter(Mapping::hasRowTimes)
              .ifPresent(
                  its -> {
                    throw its.refusal(
                        "gives whole rows a TTL or a write time, which a repair does not write");
                  });
          return new RepairOperation(
              comparison("from", settings, selection, sizing),
              writes(settings, columns(), how),
              deletes,
              changes);
        });
  }

  private static ImportBlueprint writes(
      OperationSettings settings, List<CqlIdentifier> columns, ImportChoices choices) {
    return new ImportBlueprint(
        settings,
        columns,
        ImportOperation.Creation.NOTHING,
        false,
        new ImportOperation.Batches(BatchLimits.DEFAULT, Set.of(), Grouping.REPLICA_SET),
        choices,
        RejectSettings.DEFAULT,
        Optional.empty());
  }

  @Override
  boolean ignoresExtra() {
    return false;
  }

  @Override
  RepairRequest self() {
    return this;
  }
}
