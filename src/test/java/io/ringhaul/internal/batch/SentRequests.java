package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A real session that records the requests that were sent by {@code executeAsync} and acknowledged.
 */
public final class SentRequests {

  /**
   * An acknowledged request.
   *
   * @param statements the statements of the batch, or the single statement
   */
  public record Sent(
      List<BatchableStatement<?>> statements, Node coordinator, List<String> warnings) {}

  private final Queue<Sent> all = new ConcurrentLinkedQueue<>();
  private final CqlSession session;

  public SentRequests(CqlSession watched) {
    this.session =
        (CqlSession)
            Proxy.newProxyInstance(
                CqlSession.class.getClassLoader(),
                new Class<?>[] {CqlSession.class},
                (proxy, method, arguments) -> {
                  Object result;
                  try {
                    result = method.invoke(watched, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                  return method.getName().equals("executeAsync")
                          && result instanceof CompletionStage<?> answer
                      ? answer.thenApply(rows -> note((Statement<?>) arguments[0], rows))
                      : result;
                });
  }

  private Object note(Statement<?> statement, Object rows) {
    List<BatchableStatement<?>> statements = new ArrayList<>();
    if (statement instanceof BatchStatement batch) {
      batch.forEach(statements::add);
    } else {
      statements.add((BatchableStatement<?>) statement);
    }
    var info = ((AsyncResultSet) rows).getExecutionInfo();
    all.add(new Sent(statements, info.getCoordinator(), info.getWarnings()));
    return rows;
  }

  public CqlSession session() {
    return session;
  }

  /** The acknowledged requests so far. */
  public List<Sent> all() {
    return List.copyOf(all);
  }
}
