package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Holds the responses to the first requests of a session until they are released. */
public final class HeldAnswers implements AutoCloseable {

  private final List<CompletableFuture<Void>> releases;
  private final AtomicInteger asked = new AtomicInteger();

  /**
   * @param first number of requests to hold
   */
  public HeldAnswers(int first) {
    releases = Stream.generate(() -> new CompletableFuture<Void>()).limit(first).toList();
  }

  /** Number of requests. */
  public int asked() {
    return asked.get();
  }

  /**
   * Releases a response.
   *
   * @param request the index from 0
   */
  public void release(int request) {
    releases.get(request).complete(null);
  }

  @Override
  public void close() {
    releases.forEach(each -> each.complete(null));
  }

  public CqlSession session(CqlSession real) {
    return (CqlSession)
        Proxy.newProxyInstance(
            CqlSession.class.getClassLoader(),
            new Class<?>[] {CqlSession.class},
            (proxy, method, arguments) -> {
              Object result = method.invoke(real, arguments);
              return result instanceof CompletionStage<?> answer ? held(answer) : result;
            });
  }

  private CompletionStage<Object> held(CompletionStage<?> answer) {
    int request = asked.getAndIncrement();
    CompletableFuture<Void> release =
        request < releases.size() ? releases.get(request) : CompletableFuture.completedFuture(null);
    return release.thenCompose(released -> answer.thenApply(rows -> (Object) rows));
  }
}
