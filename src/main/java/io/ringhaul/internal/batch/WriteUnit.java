package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.cql.StatementTraits;
import io.ringhaul.internal.cql.WriteKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes that go together, and how they are sent.
 *
 * @param type the type of the batch
 * @param attributes what the batch says for all of them
 * @param repetition after which failures they are sent again
 * @param isConditional whether they have conditions
 */
record WriteUnit(
    List<BatchableStatement<?>> statements,
    BatchType type,
    BatchAttributes attributes,
    Repetition repetition,
    boolean isConditional) {

  /**
   * Checks that the writes go together, as the server would.
   *
   * @param traits those of the statements, in their order
   * @param attributes what the batch says for all of them
   * @param asked the type that was asked for
   * @throws UnsuitableBatchException if they do not; says why
   */
  static WriteUnit of(
      List<BatchableStatement<?>> statements,
      List<StatementTraits> traits,
      BatchAttributes attributes,
      BatchType asked) {
    BatchType type = type(traits, asked);
    if (type == BatchType.LOGGED
        && statements.size() == 1
        && traits.get(0).spansPartitions()
        && !BatchAttributes.isForBatches(statements.get(0))) {
      throw new UnsuitableBatchException(
          "A write with IN on the partition key is LOGGED in a batch, where the protocol has no named"
              + " values: prepare it, or give its values by position");
    }
    ReplacedLists.requireOnce(statements, traits);
    boolean isConditional = traits.stream().anyMatch(StatementTraits::isConditional);
    if (isConditional) {
      requireOneConditionedPartition(statements, traits, type);
    }
    return new WriteUnit(
        statements, type, attributes, repetition(traits, isConditional), isConditional);
  }

  private static Repetition repetition(List<StatementTraits> traits, boolean isConditional) {
    if (isConditional) {
      return Repetition.UNLESS_DECIDED;
    }
    return traits.stream().allMatch(each -> each.kind().isRepeatable())
        ? Repetition.ALWAYS
        : Repetition.UNLESS_APPLIED;
  }

  /** Parts of so many statements at the most, in their order. */
  List<WriteUnit> split(int most) {
    List<WriteUnit> parts = new ArrayList<>();
    for (int from = 0; from < statements.size(); from += most) {
      parts.add(
          new WriteUnit(
              statements.subList(from, Math.min(statements.size(), from + most)),
              type,
              attributes,
              repetition,
              isConditional));
    }
    return parts;
  }

  private static BatchType type(List<StatementTraits> traits, BatchType asked) {
    long counters = traits.stream().filter(each -> each.kind() == WriteKind.COUNTER).count();
    if (counters == 0) {
      if (asked == BatchType.COUNTER) {
        throw new UnsuitableBatchException(
            "A COUNTER batch takes counter updates only; ask for an UNLOGGED or a LOGGED one");
      }
      return asked;
    }
    if (counters < traits.size()) {
      throw new UnsuitableBatchException(
          "Counter updates share no batch with other writes: "
              + counters
              + " of "
              + traits.size()
              + " operations update counters; make two units");
    }
    if (asked == BatchType.LOGGED) {
      throw new UnsuitableBatchException(
          "Counter updates cannot be LOGGED: the batch log replays what counters must not see twice;"
              + " ask for a COUNTER batch");
    }
    return BatchType.COUNTER;
  }

  private static void requireOneConditionedPartition(
      List<BatchableStatement<?>> statements, List<StatementTraits> traits, BatchType type) {
    if (type == BatchType.COUNTER) {
      throw new UnsuitableBatchException("Counter updates take no condition");
    }
    BatchableStatement<?> first = statements.get(0);
    String table = traits.get(0).table().name();
    for (int i = 0; i < statements.size(); i++) {
      BatchableStatement<?> each = statements.get(i);
      boolean isSamePartition =
          each.getRoutingKey() != null
              && !traits.get(i).spansPartitions()
              && each.getRoutingKey().equals(first.getRoutingKey())
              && Objects.equals(each.getRoutingKeyspace(), first.getRoutingKeyspace())
              && traits.get(i).table().name().equals(table);
      if (statements.size() > 1 && !isSamePartition) {
        throw new UnsuitableBatchException(
            "A batch with conditions is of one partition of one table, as one round of Paxos decides"
                + " it; operations 0 and "
                + i
                + " are of two, or one of them does not tell its partition; make a unit of each");
      }
      if (traits.get(i).setsTime() || each.getQueryTimestamp() != Statement.NO_DEFAULT_TIMESTAMP) {
        throw new UnsuitableBatchException(
            "A conditional write sets no write time, which Paxos does; operation "
                + i
                + " sets one");
      }
    }
  }
}
