package io.ringhaul.batch;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * What a batch says once for all of its statements, as what they say themselves does not travel.
 *
 * @param consistency null for the writer's
 * @param serialConsistency null for the driver's default
 * @param time the write time where CQL sets none, in microseconds; {@link
 *     Statement#NO_DEFAULT_TIMESTAMP} for now
 * @param nowInSeconds {@link Statement#NO_NOW_IN_SECONDS} for the server's clock
 */
record Common(
    @Nullable ConsistencyLevel consistency,
    @Nullable ConsistencyLevel serialConsistency,
    long time,
    int nowInSeconds) {

  private static final Common NOTHING =
      new Common(null, null, Statement.NO_DEFAULT_TIMESTAMP, Statement.NO_NOW_IN_SECONDS);

  static Common of(BatchableStatement<?> statement) {
    Common common =
        new Common(
            statement.getConsistencyLevel(),
            statement.getSerialConsistencyLevel(),
            statement.getQueryTimestamp(),
            statement.getNowInSeconds());
    return common.equals(NOTHING) ? NOTHING : common;
  }

  BatchStatement applyTo(BatchStatement batch) {
    return batch
        .setConsistencyLevel(consistency)
        .setSerialConsistencyLevel(serialConsistency)
        .setQueryTimestamp(time)
        .setNowInSeconds(nowInSeconds);
  }
}
