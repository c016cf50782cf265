package io.ringhaul.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A real session that is watched. A request counts from the call to the moment before its caller
 * hears of the end; the driver's request trackers hear later, when the next request may be under
 * way.
 */
public final class SessionWatch {

  private final CqlSession watched;
  private final Consumer<Statement<?>> before;
  private final CqlSession session;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();
  private final Set<Node> coordinators = ConcurrentHashMap.newKeySet();
  private final Map<Node, AtomicInteger> inFlightOf = new ConcurrentHashMap<>();
  private final AtomicInteger mostOfANode = new AtomicInteger();
  private final AtomicInteger speculations = new AtomicInteger();
  private final List<String> prepared = new CopyOnWriteArrayList<>();
  private final Queue<Statement<?>> sent = new ConcurrentLinkedQueue<>();

  public SessionWatch(CqlSession watched) {
    this(watched, statement -> {});
  }

  /**
   * @param before called with each statement in the thread that sends it asynchronously, before it
   *     is sent
   */
  public SessionWatch(CqlSession watched, Consumer<Statement<?>> before) {
    this.watched = watched;
    this.before = before;
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

  /** Checks that so many requests, and never more, were in flight at once. */
  void requireAtMost(int requests) {
    assertThat(most.get()).as("requests in flight").isEqualTo(requests);
    assertThat(inFlight.get()).as("requests still in flight").isZero();
  }

  /** Checks that so many requests, and never more, were in flight at once to one node. */
  void requireAtMostOfANode(int requests) {
    assertThat(mostOfANode.get()).as("requests in flight to a node").isEqualTo(requests);
  }

  /** How many requests were sent to another node before the first had answered. */
  int speculations() {
    return speculations.get();
  }

  Set<Node> coordinators() {
    return coordinators;
  }

  /** The statements that were prepared. */
  List<String> prepared() {
    return prepared;
  }

  /** The statements that were sent asynchronously, each as often as it was sent. */
  public List<Statement<?>> sent() {
    return List.copyOf(sent);
  }

  private @Nullable Object call(java.lang.reflect.Method method, Object @Nullable [] arguments)
      throws Throwable {
    Node node = null;
    boolean asynchronous = method.getName().equals("executeAsync");
    if (asynchronous && arguments != null && arguments[0] instanceof Statement<?> statement) {
      before.accept(statement);
    }
    if (asynchronous) {
      most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
      if (arguments != null && arguments[0] instanceof Statement<?> statement) {
        sent.add(statement);
        node = statement.getNode();
        change(node, 1);
      }
    }
    if (method.getName().startsWith("prepare") && arguments != null) {
      prepared.add(String.valueOf(arguments[0]));
    }
    Object result;
    try {
      result = method.invoke(watched, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
    return asynchronous && result instanceof CompletionStage<?> stage ? watch(stage, node) : result;
  }

  private CompletionStage<?> watch(CompletionStage<?> response, @Nullable Node node) {
    return response.whenComplete(
        (rows, failure) -> {
          if (rows instanceof AsyncResultSet page) {
            coordinators.add(page.getExecutionInfo().getCoordinator());
          }
          if (rows instanceof AsyncResultSet page) {
            speculations.addAndGet(page.getExecutionInfo().getSpeculativeExecutionCount());
          }
          change(node, -1);
          inFlight.decrementAndGet();
        });
  }

  private void change(@Nullable Node node, int by) {
    if (node != null) {
      AtomicInteger ofNode = inFlightOf.computeIfAbsent(node, any -> new AtomicInteger());
      mostOfANode.accumulateAndGet(ofNode.addAndGet(by), Math::max);
    }
  }
}
