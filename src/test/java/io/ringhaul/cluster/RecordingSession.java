package io.ringhaul.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.ExecutionInfo;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
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
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Wraps a session, records its requests and lets a test change their answers.
 *
 * <p>A request counts as in flight from the call of {@code executeAsync} until just before its
 * caller receives the answer. The driver's request trackers are called later, when the next request
 * may already be in flight.
 */
public final class RecordingSession {

  /** Answers an asynchronous request in place of the session. */
  @FunctionalInterface
  public interface RequestHandler {

    /**
     * Answers a request.
     *
     * @param send sends a statement with the wrapped session
     */
    CompletionStage<AsyncResultSet> handle(
        Statement<?> statement, Function<Statement<?>, CompletionStage<AsyncResultSet>> send);
  }

  /**
   * An acknowledged request.
   *
   * @param statements the statements of a batch, or the single statement
   */
  public record Acknowledged(
      List<BatchableStatement<?>> statements, Node coordinator, List<String> warnings) {

    private static Acknowledged of(Statement<?> request, ExecutionInfo info) {
      List<BatchableStatement<?>> statements = new ArrayList<>();
      if (request instanceof BatchStatement batch) {
        batch.forEach(statements::add);
      } else {
        statements.add((BatchableStatement<?>) request);
      }
      return new Acknowledged(statements, info.getCoordinator(), info.getWarnings());
    }
  }

  private record Answer(Statement<?> request, ExecutionInfo info) {}

  private final CqlSession wrapped;
  private final Consumer<Statement<?>> beforeSend;
  private final Runnable beforeExecute;
  private final RequestHandler handler;
  private final CqlSession session;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger maxInFlight = new AtomicInteger();
  private final Map<Node, AtomicInteger> inFlightByNode = new ConcurrentHashMap<>();
  private final AtomicInteger maxInFlightOfOneNode = new AtomicInteger();
  private final AtomicInteger executions = new AtomicInteger();
  private final List<String> prepared = new CopyOnWriteArrayList<>();
  private final Queue<Statement<?>> sent = new ConcurrentLinkedQueue<>();
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();

  private RecordingSession(
      CqlSession wrapped,
      Consumer<Statement<?>> beforeSend,
      Runnable beforeExecute,
      RequestHandler handler) {
    this.wrapped = wrapped;
    this.beforeSend = beforeSend;
    this.beforeExecute = beforeExecute;
    this.handler = handler;
    this.session =
        (CqlSession)
            Proxy.newProxyInstance(
                CqlSession.class.getClassLoader(),
                new Class<?>[] {CqlSession.class},
                (proxy, method, arguments) -> call(method, arguments));
  }

  /** Records the requests of a session. */
  public RecordingSession(CqlSession wrapped) {
    this(wrapped, statement -> {});
  }

  /**
   * Records the requests of a session.
   *
   * @param beforeSend called before each asynchronous request, in the thread of its caller. If it
   *     throws, the request is neither recorded nor sent
   */
  public RecordingSession(CqlSession wrapped, Consumer<Statement<?>> beforeSend) {
    this(wrapped, beforeSend, () -> {}, (statement, send) -> send.apply(statement));
  }

  /** Returns a session whose asynchronous requests are recorded and answered by a handler. */
  public static RecordingSession answering(CqlSession wrapped, RequestHandler handler) {
    return new RecordingSession(wrapped, statement -> {}, () -> {}, handler);
  }

  /** Returns a session whose synchronous requests fail. */
  public static RecordingSession failingExecute(
      CqlSession wrapped, Supplier<? extends RuntimeException> failure) {
    return new RecordingSession(
        wrapped,
        statement -> {},
        () -> {
          throw failure.get();
        },
        (statement, send) -> send.apply(statement));
  }

  /** Returns the session to test with. */
  public CqlSession session() {
    return session;
  }

  /** Returns the asynchronous requests in order, including repeated ones. */
  public List<Statement<?>> sent() {
    return List.copyOf(sent);
  }

  /** Returns and forgets the asynchronous requests since the last call. */
  public List<Statement<?>> take() {
    List<Statement<?>> taken = List.copyOf(sent);
    sent.clear();
    return taken;
  }

  /** Returns the number of statements of each request of {@link #take()}. */
  public List<Integer> takeSizes() {
    return take().stream().map(RecordingSession::size).toList();
  }

  /** Returns the number of statements of a request. */
  public static int size(Statement<?> request) {
    return request instanceof BatchStatement batch ? batch.size() : 1;
  }

  /** Returns true if every statement of a request fulfils the condition. */
  public static boolean all(Statement<?> request, Predicate<Statement<?>> condition) {
    if (request instanceof BatchStatement batch) {
      for (Statement<?> each : batch) {
        if (!condition.test(each)) {
          return false;
        }
      }
      return true;
    }
    return condition.test(request);
  }

  /** Returns the writes that were sent asynchronously and acknowledged so far. */
  public List<Acknowledged> acknowledged() {
    return answers.stream().map(each -> Acknowledged.of(each.request(), each.info())).toList();
  }

  /** Returns the nodes that coordinated acknowledged requests. */
  public Set<Node> coordinators() {
    Set<Node> coordinators = ConcurrentHashMap.newKeySet();
    answers.forEach(each -> coordinators.add(each.info().getCoordinator()));
    return coordinators;
  }

  /** Returns the number of speculative executions of acknowledged requests. */
  public int speculations() {
    return answers.stream().mapToInt(each -> each.info().getSpeculativeExecutionCount()).sum();
  }

  /** Returns the prepared statements. */
  public List<String> prepared() {
    return prepared;
  }

  /** Returns the number of synchronous requests. */
  public int executions() {
    return executions.get();
  }

  /** Checks that exactly this many requests were in flight at the peak and none is now. */
  public void requireMaxInFlight(int requests) {
    assertThat(maxInFlight.get()).as("requests in flight").isEqualTo(requests);
    assertThat(inFlight.get()).as("requests still in flight").isZero();
  }

  /** Checks that exactly this many requests were in flight to one node at the peak. */
  public void requireMaxInFlightOfOneNode(int requests) {
    assertThat(maxInFlightOfOneNode.get()).as("requests in flight to a node").isEqualTo(requests);
  }

  private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
    if (arguments != null
        && method.getName().equals("executeAsync")
        && arguments[0] instanceof Statement<?> statement) {
      return send(statement);
    }
    if (method.getName().equals("execute")) {
      executions.incrementAndGet();
      beforeExecute.run();
    }
    if (method.getName().startsWith("prepare") && arguments != null) {
      prepared.add(String.valueOf(arguments[0]));
    }
    try {
      return method.invoke(wrapped, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private CompletionStage<AsyncResultSet> send(Statement<?> statement) {
    beforeSend.accept(statement);
    Node node = statement.getNode();
    // Questions about the table itself are few, and outside of the bound.
    int counted = statement instanceof SimpleStatement ? 0 : 1;
    maxInFlight.accumulateAndGet(inFlight.addAndGet(counted), Math::max);
    sent.add(statement);
    addInFlight(node, 1);
    return handler
        .handle(statement, wrapped::executeAsync)
        .whenComplete(
            (rows, failure) -> {
              if (rows != null) {
                answers.add(new Answer(statement, rows.getExecutionInfo()));
              }
              addInFlight(node, -1);
              inFlight.addAndGet(-counted);
            });
  }

  private void addInFlight(@Nullable Node node, int change) {
    if (node != null) {
      AtomicInteger ofNode = inFlightByNode.computeIfAbsent(node, any -> new AtomicInteger());
      maxInFlightOfOneNode.accumulateAndGet(ofNode.addAndGet(change), Math::max);
    }
  }
}
