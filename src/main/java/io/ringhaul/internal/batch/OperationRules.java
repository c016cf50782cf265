package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.batch.Operation.Existence;
import io.ringhaul.batch.Operation.RowOperation;
import io.ringhaul.batch.Operation.Verb;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.schema.ColumnDescription.Kind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What operations on the rows of one table may ask for. Thread-safe. */
final class OperationRules {

  private final boolean holdsCounters;
  private final int clustering;
  private final Set<CqlIdentifier> key;

  OperationRules(List<RowColumn> columns) {
    this.holdsCounters = columns.stream().anyMatch(RowColumn::isCounter);
    this.clustering = (int) columns.stream().filter(c -> c.kind() == Kind.CLUSTERING).count();
    this.key =
        columns.stream()
            .filter(RowColumn::isPrimaryKey)
            .map(RowColumn::name)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Refuses an operation that the cluster would refuse, or that contradicts itself.
   *
   * @param row names the row, for messages
   * @throws UnsuitableBatchException if so
   */
  void require(RowOperation operation, RowForm form, RowName row) {
    String wrong = form.isConditional() ? ofCondition(operation, form) : null;
    wrong = wrong == null ? ofValues(operation) : wrong;
    wrong = wrong == null && holdsCounters ? ofCounters(operation) : wrong;
    if (wrong != null) {
      throw new UnsuitableBatchException(wrong + ": " + row);
    }
  }

  private @Nullable String ofCondition(RowOperation operation, RowForm form) {
    boolean isInsert = form.verb() == Verb.INSERT;
    if (isInsert != (form.existence() == Existence.IF_NOT_EXISTS)) {
      return isInsert
          ? "An insert takes no condition but ifNotExists()"
          : "An update or a delete takes no ifNotExists(), only an insert does";
    }
    if (!form.expected().isEmpty() && form.existence() != Existence.ANY) {
      return "The conditions ifEquals() and those on existence do not go together; leave one out";
    }
    Optional<CqlIdentifier> ofKey = form.expected().stream().filter(key::contains).findFirst();
    if (ofKey.isPresent()) {
      return "A condition takes no column of the primary key, and "
          + ofKey.get().asCql(true)
          + " is one";
    }
    if (form.verb() == Verb.DELETE && form.clustering() < clustering) {
      return "A delete with a condition names one row, with all clustering columns";
    }
    return operation.row().writeTime().isPresent()
        ? "A conditional write sets no write time, which Paxos does"
        : null;
  }

  private @Nullable String ofValues(RowOperation operation) {
    Set<CqlIdentifier> given = operation.row().values().keySet();
    boolean hasMore = !key.containsAll(given);
    return switch (operation.verb()) {
      case INSERT -> null;
      case UPDATE -> hasMore ? null : "An update needs a value for a column beside the primary key";
      case DELETE -> {
        if (hasMore) {
          yield "A delete takes values for the primary key only; to delete a column, update it with"
              + " null";
        }
        yield operation.row().ttl().isPresent() ? "A delete takes no time to live" : null;
      }
    };
  }

  private @Nullable String ofCounters(RowOperation operation) {
    if (operation.verb() == Verb.INSERT) {
      return "Counters are added to and never inserted; make it an update";
    }
    if (operation.isConditional()) {
      return "Counter updates take no condition";
    }
    if (operation.row().ttl().isPresent() || operation.row().writeTime().isPresent()) {
      return "Counters take neither a time to live nor a write time";
    }
    for (Map.Entry<CqlIdentifier, @Nullable Object> value : operation.row().values().entrySet()) {
      if (value.getValue() == null && !key.contains(value.getKey())) {
        return "Nothing is to be added to " + value.getKey().asCql(true) + " (null); leave it out";
      }
    }
    return null;
  }
}
