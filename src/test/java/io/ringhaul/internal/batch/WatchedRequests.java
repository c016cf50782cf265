package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A real session that records its asynchronous requests. */
public final class WatchedRequests {

  private final CqlSession watched;
  private final CqlSession session;
  private final Queue<Statement<?>> sent = new ConcurrentLinkedQueue<>();

  public WatchedRequests(CqlSession watched) {
    this.watched = watched;
    this.session =
        (CqlSession)
            Proxy.newProxyInstance(
                CqlSession.class.getClassLoader(),
                new Class<?>[] {CqlSession.class},
                (proxy, method, arguments) -> call(method, arguments));
  }

  public CqlSession session() {
    return session;
  }

  /** The requests since the last call, in order, including repetitions. */
  public List<Statement<?>> take() {
    List<Statement<?>> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  /** The numbers of statements of the requests since the last call. */
  public List<Integer> takeSizes() {
    return take().stream().map(WatchedRequests::size).toList();
  }

  public static int size(Statement<?> request) {
    return request instanceof BatchStatement batch ? batch.size() : 1;
  }

  /** Whether all statements of a request match. */
  public static boolean all(Statement<?> request, Predicate<Statement<?>> asked) {
    if (request instanceof BatchStatement batch) {
      for (Statement<?> each : batch) {
        if (!asked.test(each)) {
          return false;
        }
      }
      return true;
    }
    return asked.test(request);
  }

  private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
    if (method.getName().equals("executeAsync")
        && arguments != null
        && arguments[0] instanceof Statement<?> statement) {
      sent.add(statement);
    }
    try {
      return method.invoke(watched, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }
}
