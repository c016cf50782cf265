package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.IncompleteOperationException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * If a cluster completes no read in time, the count fails early instead of splitting down to 2^64
 * tokens.
 */
@ClusterTest
class HopelessCountIT {

  @Test
  void countFailsEarlyIfEveryReadTimesOut() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".t (id int, c int, v int, PRIMARY KEY (id, c))");
    RecordingSession slow =
        RecordingSession.answering(TestCluster.session(), (statement, send) -> timeOut());
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(slow.session())) {
      IncompleteOperationException failure =
          assertTimeoutPreemptively(
              Duration.ofSeconds(60),
              () ->
                  catchThrowableOfType(
                      IncompleteOperationException.class,
                      () ->
                          operator
                              .count(keyspace, "t")
                              .taskCount(1)
                              .tokenRange(0, 1L << 40)
                              .parallelism(4)
                              .maxAttempts(1)
                              .skipPreflight()
                              .execute()));
      assertThat(failure.failedRanges())
          .allSatisfy(
              range ->
                  assertThat(range.reason())
                      .contains("it takes longer than the time allowed for a read"));
      assertThat((long) slow.sent().size()).isBetween(20L, 1_000L * failure.failedRanges().size());
    }
  }

  private static CompletionStage<AsyncResultSet> timeOut() {
    return new CompletableFuture<AsyncResultSet>()
        .orTimeout(2, TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            late -> CompletableFuture.failedFuture(new DriverTimeoutException("2 ms")));
  }
}
