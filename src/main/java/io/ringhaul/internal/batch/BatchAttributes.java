package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.exceptions.UnsuitableBatchException;
import io.ringhaul.internal.cql.KeyText;
import io.ringhaul.internal.cql.StatementCatalog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch says once for all of its statements, as what they say themselves does not travel.
 *
 * @param consistency null for the writer's
 * @param serialConsistency null for the driver's default
 * @param time the write time where CQL sets none, in microseconds; {@link
 *     Statement#NO_DEFAULT_TIMESTAMP} for now
 * @param keyspace of the statements that do not name theirs; null if there are none
 * @param nowInSeconds {@link Statement#NO_NOW_IN_SECONDS} for the server's clock
 */
public record BatchAttributes(
    @Nullable ConsistencyLevel consistency,
    @Nullable ConsistencyLevel serialConsistency,
    long time,
    int nowInSeconds,
    @Nullable CqlIdentifier keyspace) {

  private static final BatchAttributes NOTHING =
      new BatchAttributes(
          null, null, Statement.NO_DEFAULT_TIMESTAMP, Statement.NO_NOW_IN_SECONDS, null);

  public static BatchAttributes of(BatchableStatement<?> statement) {
    boolean isNothing =
        statement.getConsistencyLevel() == null
            && statement.getSerialConsistencyLevel() == null
            && statement.getQueryTimestamp() == Statement.NO_DEFAULT_TIMESTAMP
            && statement.getNowInSeconds() == Statement.NO_NOW_IN_SECONDS;
    return isNothing
        ? NOTHING
        : new BatchAttributes(
            statement.getConsistencyLevel(),
            statement.getSerialConsistencyLevel(),
            statement.getQueryTimestamp(),
            statement.getNowInSeconds(),
            null);
  }

  /**
   * What a batch of these statements says for them.
   *
   * @throws UnsuitableBatchException if they ask for different things, or cannot be in a batch
   */
  public static BatchAttributes of(List<? extends BatchableStatement<?>> statements) {
    BatchAttributes attributes = of(statements.get(0));
    if (statements.size() == 1) {
      return attributes;
    }
    for (BatchableStatement<?> statement : statements) {
      if (!attributes.equals(of(statement))) {
        throw new UnsuitableBatchException(
            "A batch has one consistency level and one default time, and its statements ask for"
                + " several; set the same on each, or make a batch of each");
      }
      if (!isForBatches(statement)) {
        throw new UnsuitableBatchException(
            "The protocol has no named values in batches: prepare the statement, or give its values"
                + " by position: "
                + KeyText.ofStatement(((SimpleStatement) statement).getQuery()));
      }
    }
    return attributes;
  }

  /**
   * Returns these attributes with the keyspace of statements that do not name theirs.
   *
   * @throws UnsuitableBatchException if they ask for different things, or cannot be in a batch
   */
  public static BatchAttributes of(
      List<? extends BatchableStatement<?>> statements, StatementCatalog catalog) {
    BatchAttributes attributes = of(statements);
    CqlIdentifier keyspace = null;
    for (BatchableStatement<?> statement : statements) {
      CqlIdentifier implied = catalog.impliedKeyspace(statement).orElse(null);
      if (implied != null && keyspace != null && !implied.equals(keyspace)) {
        throw new UnsuitableBatchException(
            String.format(
                "A batch has one keyspace for statements that do not name theirs, and these are for"
                    + " %s and %s; write the keyspace before the table's name, or make a batch of"
                    + " each",
                keyspace.asCql(true), implied.asCql(true)));
      }
      keyspace = implied == null ? keyspace : implied;
    }
    return keyspace == null ? attributes : attributes.in(keyspace);
  }

  private BatchAttributes in(CqlIdentifier implied) {
    return new BatchAttributes(consistency, serialConsistency, time, nowInSeconds, implied);
  }

  /** Whether it may share a batch: there the protocol has no names for values. */
  static boolean isForBatches(BatchableStatement<?> statement) {
    return !(statement instanceof SimpleStatement simple) || simple.getNamedValues().isEmpty();
  }

  BatchStatement applyTo(BatchStatement batch) {
    if (equals(NOTHING)) {
      return batch;
    }
    // The driver takes the first that any statement has, even of one that names another itself.
    boolean isToldAnother = keyspace != null && batch.getKeyspace() != null;
    return (isToldAnother ? batch.setKeyspace(keyspace) : batch)
        .setConsistencyLevel(consistency)
        .setSerialConsistencyLevel(serialConsistency)
        .setQueryTimestamp(time)
        .setNowInSeconds(nowInSeconds);
  }
}
