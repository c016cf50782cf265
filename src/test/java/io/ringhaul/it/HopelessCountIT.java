package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.IncompleteOperationException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * If a cluster completes no read in time, the count fails early instead of splitting down to 2^64
 * tokens.
 */
@ClusterTest
class HopelessCountIT {

  private final AtomicLong asked = new AtomicLong();

  @Test
  void countFailsEarlyIfEveryReadTimesOut() {
    String keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        "CREATE TABLE " + keyspace + ".t (id int, c int, v int, PRIMARY KEY (id, c))");
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(slow())) {
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
                              .run()));
      assertThat(failure.failedRanges())
          .allSatisfy(
              range ->
                  assertThat(range.reason())
                      .contains("it takes longer than the time allowed for a read"));
      assertThat(asked.get()).isBetween(20L, 1_000L * failure.failedRanges().size());
    }
  }

  /** Wraps the session so that asynchronous requests time out. */
  private CqlSession slow() {
    return (CqlSession)
        Proxy.newProxyInstance(
            CqlSession.class.getClassLoader(),
            new Class<?>[] {CqlSession.class},
            (proxy, method, arguments) -> call(method, arguments));
  }

  private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
    if (method.getName().equals("executeAsync")) {
      asked.incrementAndGet();
      return new CompletableFuture<AsyncResultSet>()
          .orTimeout(2, TimeUnit.MILLISECONDS)
          .exceptionallyCompose(
              late -> CompletableFuture.failedFuture(new DriverTimeoutException("2 ms")));
    }
    try {
      return method.invoke(TestCluster.session(), arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
