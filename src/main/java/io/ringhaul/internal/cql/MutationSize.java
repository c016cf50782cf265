package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How large statements, bound and simple ones, are. Thread-safe. */
public final class MutationSize {

  private final CqlSession session;
  private final PreparedNotes<StatementWeight> weights = new PreparedNotes<>();

  /** Measures with the schema that the session knows; the session stays the caller's to close. */
  public MutationSize(CqlSession session) {
    this.session = session;
  }

  /** The bytes of the values alone, with the text of simple statements, in which values may be. */
  public long ofValues(List<? extends BatchableStatement<?>> statements) {
    long bytes = 0;
    for (BatchableStatement<?> statement : statements) {
      if (statement instanceof BoundStatement bound) {
        bytes += ofValues(bound);
      } else {
        SimpleStatement simple = (SimpleStatement) statement;
        bytes += simple.getQuery().length();
        for (SimpleValues.Value value : SimpleValues.of(simple, session.getContext())) {
          bytes += value.bytes() == null ? 0 : value.bytes().remaining();
        }
      }
    }
    return bytes;
  }

  private static long ofValues(BoundStatement statement) {
    long bytes = 0;
    for (int i = 0; i < statement.size(); i++) {
      ByteBuffer value = statement.getBytesUnsafe(i);
      // An unset value is a marker without bytes.
      bytes += value == null ? 0 : value.remaining();
    }
    return bytes;
  }

  /**
   * At least what the server counts for its batch thresholds, in bytes, whatever else is in the
   * batch. Of rows whose table the session knows it is hardly more; for simple statements and named
   * bind markers up to a few times as much. A statement whose size its text and values do not tell,
   * such as one with {@code IN}, JSON or functions, counts 2 GiB.
   */
  public long upperBound(List<? extends BatchableStatement<?>> statements) {
    long bytes = 0;
    for (BatchableStatement<?> statement : statements) {
      bytes +=
          statement instanceof BoundStatement bound
              ? weight(bound).most(bound)
              : upperBound((SimpleStatement) statement);
    }
    return bytes;
  }

  /**
   * At least what the server counts for statements with one partition key, which it counts once for
   * each table.
   *
   * @param valueBytes {@link #ofValues} of them
   * @param routingKey of the partition
   */
  public long upperBound(
      List<? extends BatchableStatement<?>> statements, long valueBytes, ByteBuffer routingKey) {
    long bytes = valueBytes;
    boolean isKnown = true;
    int partitions = 0;
    @Nullable StatementWeight last = null;
    List<StatementWeight> seen = new ArrayList<>(1);
    for (BatchableStatement<?> statement : statements) {
      StatementWeight weight = statement instanceof BoundStatement bound ? weight(bound) : null;
      if (weight == null || weight.besideValues() < 0) {
        isKnown = false;
      } else {
        bytes += weight.besideValues() - weight.keyBytes(routingKey);
      }
      // Another statement may be for another table.
      if (weight == null) {
        partitions++;
      } else if (weight != last && !seen.contains(weight)) {
        partitions++;
        seen.add(weight);
      }
      last = weight;
    }
    return (isKnown ? bytes : upperBound(statements))
        - (statements.size() - partitions) * StatementWeight.PARTITION_BYTES;
  }

  private long upperBound(SimpleStatement statement) {
    StatementWeight weight = StatementWeight.ofText(statement.getQuery());
    long bytes = weight.fixed();
    for (SimpleValues.Value value : SimpleValues.of(statement, session.getContext())) {
      bytes += weight.most(value.type(), value.bytes());
    }
    return bytes;
  }

  /** At most what the statement's mutation takes, in bytes; 0 if that is not known. */
  public long lowerBound(BatchableStatement<?> statement) {
    return statement instanceof BoundStatement bound ? weight(bound).least(bound) : 0;
  }

  private StatementWeight weight(BoundStatement statement) {
    PreparedStatement prepared = statement.getPreparedStatement();
    StatementWeight weight = weights.get(prepared);
    if (weight == null) {
      weight = StatementWeight.of(session, prepared);
      weights.put(prepared, weight);
    }
    return weight;
  }
}
