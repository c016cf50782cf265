package io.ringhaul.internal.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.RecordingSession;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.internal.batch.TestStreams;
import io.ringhaul.limits.Balancing;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Tests that a request ends and returns its slot whatever fails. */
@ClusterTest
class RequestSenderIT {

  private static final SimpleStatement STATEMENT =
      SimpleStatement.newInstance("SELECT key FROM system.local");

  private final AtomicBoolean isTimeout = new AtomicBoolean();
  private final AtomicBoolean isWithoutMetadata = new AtomicBoolean();

  @Test
  void errorOnDriverThreadEndsRequest() throws Exception {
    isTimeout.set(true);
    endsWithError(
        new Request(
            STATEMENT,
            (same, failure) -> same,
            failure -> {
              throw new OutOfMemoryError("test");
            }));
  }

  @Test
  void errorOnRetryThreadEndsRequest() throws Exception {
    isTimeout.set(true);
    endsWithError(
        new Request(
            STATEMENT,
            (same, failure) -> {
              isWithoutMetadata.set(true);
              return same;
            },
            failure -> true));
  }

  @Test
  void errorBeforeRequestReturnsSlot() throws Exception {
    try (RequestSender sender = sender()) {
      assertThatThrownBy(
              () ->
                  sender.send(
                      Request.of(STATEMENT),
                      () -> {
                        throw new OutOfMemoryError("test");
                      }))
          .isInstanceOf(OutOfMemoryError.class);
      requireFreeSlot(sender);
    }
  }

  private void endsWithError(Request request) throws Exception {
    try (RequestSender sender = sender()) {
      assertThatThrownBy(() -> sender.send(request).toCompletableFuture().get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(OutOfMemoryError.class);
      requireFreeSlot(sender);
    }
  }

  private static void requireFreeSlot(RequestSender sender) throws Exception {
    assertThat(sender.inFlight()).isZero();
    assertThat(sender.trySend(Request.of(STATEMENT)))
        .isNotNull()
        .succeedsWithin(Duration.ofSeconds(20));
  }

  private RequestSender sender() {
    return new RequestSender(
        session(), TestStreams.requests(1).withBalancing(Balancing.ROUND_ROBIN));
  }

  private CqlSession session() {
    CqlSession real = TestCluster.session();
    CqlSession withMetadata =
        (CqlSession)
            Proxy.newProxyInstance(
                CqlSession.class.getClassLoader(),
                new Class<?>[] {CqlSession.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("getMetadata")
                      && isWithoutMetadata.getAndSet(false)) {
                    throw new OutOfMemoryError("test");
                  }
                  return method.invoke(real, arguments);
                });
    return RecordingSession.answering(
            withMetadata,
            (statement, send) ->
                isTimeout.getAndSet(false)
                    ? CompletableFuture.failedFuture(new DriverTimeoutException("lost"))
                    : send.apply(statement))
        .session();
  }
}
