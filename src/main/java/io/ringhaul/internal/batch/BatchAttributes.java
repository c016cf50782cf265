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
 * The attributes that a batch sets for all of its statements, because the protocol does not send
 * those of single statements.
 *
 * @param consistency null for the writer's level
 * @param serialConsistency null for the driver's default
 * @param time the write time of statements whose CQL sets none, in microseconds; {@link
 *     Statement#NO_DEFAULT_TIMESTAMP} for the current time
 * @param keyspace the keyspace of statements whose CQL names none; null if there are no such
 *     statements
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
   * Returns the common attributes of the statements.
   *
   * @throws UnsuitableBatchException if their attributes differ, or a statement cannot be in a
   *     batch
   */
  public static BatchAttributes of(List<? extends BatchableStatement<?>> statements) {
    BatchAttributes attributes = of(statements.get(0));
    if (statements.size() == 1) {
      return attributes;
    }
    for (BatchableStatement<?> statement : statements) {
      if (!attributes.equals(of(statement))) {
        throw new UnsuitableBatchException(
            "The statements of a batch must have the same consistency levels and the same default"
                + " write time; set the same on each statement, or send separate batches");
      }
      if (!isForBatches(statement)) {
        throw new UnsuitableBatchException(
            "Batches do not support named values: prepare the statement, or pass its values by"
                + " position: "
                + KeyText.ofStatement(((SimpleStatement) statement).getQuery()));
      }
    }
    return attributes;
  }

  /**
   * Returns the common attributes of the statements, with the keyspace of statements whose CQL
   * names none.
   *
   * @throws UnsuitableBatchException if their attributes or keyspaces differ, or a statement cannot
   *     be in a batch
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
                "A batch has one keyspace for statements that do not name theirs, and these"
                    + " statements use %s and %s; qualify the table names with the keyspace, or"
                    + " send separate batches",
                keyspace.asCql(true), implied.asCql(true)));
      }
      keyspace = implied == null ? keyspace : implied;
    }
    return keyspace == null ? attributes : attributes.in(keyspace);
  }

  private BatchAttributes in(CqlIdentifier implied) {
    return new BatchAttributes(consistency, serialConsistency, time, nowInSeconds, implied);
  }

  /** Whether the statement can be in a batch, where the protocol supports no named values. */
  static boolean isForBatches(BatchableStatement<?> statement) {
    return !(statement instanceof SimpleStatement simple) || simple.getNamedValues().isEmpty();
  }

  BatchStatement applyTo(BatchStatement batch) {
    if (equals(NOTHING)) {
      return batch;
    }
    // The driver takes the first keyspace of any statement, even if the CQL of that statement names
    // another.
    boolean isToldAnother = keyspace != null && batch.getKeyspace() != null;
    return (isToldAnother ? batch.setKeyspace(keyspace) : batch)
        .setConsistencyLevel(consistency)
        .setSerialConsistencyLevel(serialConsistency)
        .setQueryTimestamp(time)
        .setNowInSeconds(nowInSeconds);
  }
}
