package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import io.ringhaul.cluster.RecordingSession;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Holds back the answers to the first requests of a session until the test releases them. */
public final class HeldAnswers implements AutoCloseable {

  private final List<CompletableFuture<Void>> releases;
  private final AtomicInteger asked = new AtomicInteger();

  /**
   * @param first the number of requests to hold back
   */
  public HeldAnswers(int first) {
    releases = Stream.generate(() -> new CompletableFuture<Void>()).limit(first).toList();
  }

  /** Returns the number of requests so far. */
  public int asked() {
    return asked.get();
  }

  /**
   * Releases an answer.
   *
   * @param request the number of the request, from 0
   */
  public void release(int request) {
    releases.get(request).complete(null);
  }

  /** Releases all answers. */
  @Override
  public void close() {
    releases.forEach(each -> each.complete(null));
  }

  /** Returns a session whose first answers are held back. */
  public CqlSession session(CqlSession real) {
    return RecordingSession.answering(real, (statement, send) -> held(send.apply(statement)))
        .session();
  }

  private CompletionStage<AsyncResultSet> held(CompletionStage<AsyncResultSet> answer) {
    int request = asked.getAndIncrement();
    CompletableFuture<Void> release =
        request < releases.size() ? releases.get(request) : CompletableFuture.completedFuture(null);
    return release.thenCompose(released -> answer);
  }
}
