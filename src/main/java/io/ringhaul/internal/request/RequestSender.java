package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.NoNodeAvailableException;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfig;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.metrics.OperationMetrics;
import io.ringhaul.internal.metrics.WorkerClock;
import io.ringhaul.internal.request.InFlight.Slot;
import io.ringhaul.internal.ring.Murmur3;
import io.ringhaul.internal.ring.TableRings;
import io.ringhaul.internal.ring.TokenRing;
import io.ringhaul.limits.Balancing;
import io.ringhaul.monitor.LimitingFactor.Kind;
import io.ringhaul.monitor.Stage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests asynchronously, at most {@link RequestSettings#parallelism()} at once, and retries
 * after transient failures, with a pause that grows and has jitter. A request keeps its slot during
 * the pause, which lowers the load on an overloaded cluster. An overload also halves the number of
 * slots, which then rises slowly.
 *
 * <p>The driver's policy selects a replica for each attempt. The sender selects the coordinator
 * among the live local replicas, and for a retry avoids the node that has just failed, with {@link
 * RequestLimits#maxInFlightPerNode()}, with a {@link Balancing} other than the driver's, and where
 * the driver does not know the replicas: for tables on tablets, and without a token map.
 *
 * <p>A statement that is explicitly not idempotent is retried only if it was {@linkplain
 * Failures#isSurelyNotApplied certainly not applied}, unless the settings {@linkplain
 * RequestSettings#retriesNonIdempotent() allow it}. Every other statement counts as idempotent.
 *
 * <p>Thread-safe. Owns one thread for the pauses; {@link #close()} stops it.
 */
public final class RequestSender implements Steering, AutoCloseable {

  private final CqlSession session;
  private final RequestSettings settings;
  private final DriverExecutionProfile profile;
  private final InFlight<Node> slots;
  private volatile RequestLimits limits;
  private final RateLimits rates;
  private final RequestMeter meter;
  private final TableRings rings;
  private final Coordinators coordinators;

  /** Whether this sender chooses the coordinator, and not the driver. */
  private final boolean choosesCoordinator;

  private final RetryPauses pauses = new RetryPauses();
  private final LongAdder retries = new LongAdder();

  /** Requests without a result, including those that wait for a retry. */
  private final AtomicInteger open = new AtomicInteger();

  /** Time of the last response, or of the first request sent after all others had their result. */
  private volatile long heard;

  private volatile Throttle throttle = Throttle.FREE;
  private volatile boolean closed;

  /** Creates a sender over a session, which the caller closes. */
  public RequestSender(CqlSession session, RequestSettings settings) {
    this(session, settings, new OperationMetrics());
  }

  /**
   * Creates a sender with metrics.
   *
   * @param metrics counts the requests of each node
   */
  public RequestSender(CqlSession session, RequestSettings settings, OperationMetrics metrics) {
    this.session = session;
    this.settings = settings;
    // Cassandra warns of every count(*) over a range. A job of 10,000 ranges must not log 10,000
    // warnings.
    this.profile =
        profile(session.getContext().getConfig(), settings.executionProfile())
            .withBoolean(DefaultDriverOption.REQUEST_LOG_WARNINGS, false)
            // The driver ignores the timeout that is set on a batch itself.
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, settings.timeout());
    int perNode = settings.limits().maxInFlightPerNode();
    this.slots = new InFlight<>(settings.parallelism(), perNode, settings.balancing());
    this.limits = settings.limits();
    this.rates = new RateLimits(limits);
    this.meter = new RequestMeter(metrics);
    this.rings = new TableRings(session, settings.datacenter());
    this.coordinators =
        new Coordinators(
            session, rings, settings.balancing() == Balancing.AFFINITY, settings.datacenter());
    this.choosesCoordinator =
        perNode > 0
            || settings.balancing() != Balancing.DRIVER
            || settings.datacenter().isPresent();
  }

  /** Returns the number of retries so far. */
  public long retries() {
    return retries.sum();
  }

  /** Waits for a slot in the calling thread and sends the request. */
  public CompletionStage<AsyncResultSet> send(Request request) throws InterruptedException {
    return start(request, slot(request));
  }

  /**
   * Sends as {@link #send(Request)} does.
   *
   * @param sending called in the calling thread when the request has its slot, before it is sent
   */
  public CompletionStage<AsyncResultSet> send(Request request, Runnable sending)
      throws InterruptedException {
    Slot<Node> slot = slot(request);
    try {
      sending.run();
    } catch (RuntimeException | Error e) {
      slots.release(slot);
      throw e;
    }
    return start(request, slot);
  }

  /** Waits for a slot in the calling thread. */
  private Slot<Node> slot(Request request) throws InterruptedException {
    WorkerClock clock = WorkerClock.current();
    clock.begin(slots.isPaused() ? Stage.WAIT_LIMIT : Stage.WAIT_SLOT);
    try {
      return slots.acquire(coordinators(request, null));
    } finally {
      clock.end();
    }
  }

  /** Sends if a slot is free; returns null otherwise. */
  public @Nullable CompletionStage<AsyncResultSet> trySend(Request request) {
    Slot<Node> slot = slots.tryAcquire(coordinators(request, null));
    return slot == null ? null : start(request, slot);
  }

  /**
   * Waits as long as the {@linkplain RequestLimits rates} and the {@linkplain #throttle throttle}
   * require for these rows and bytes, and while a {@linkplain #ceiling ceiling} of 0 pauses the
   * sender. Call it after reading rows or before writing them.
   */
  public void awaitLimits(long rows, long bytes) throws InterruptedException {
    awaitLimits(rows, bytes, () -> {});
  }

  /**
   * Same, for amounts that may take long.
   *
   * @param meanwhile called about twice a second while the rates let this thread wait; an exception
   *     ends the wait
   */
  public void awaitLimits(long rows, long bytes, Runnable meanwhile) throws InterruptedException {
    if (slots.isPaused()) {
      WorkerClock.during(Stage.WAIT_LIMIT, slots::awaitOpen);
    }
    rates.take(rows, bytes, meanwhile);
    throttle.await();
  }

  /** Returns the token rings of the tables of this sender's requests. */
  public TableRings rings() {
    return rings;
  }

  /** Returns the nodes that may coordinate requests, whether or not they are up. */
  public List<Node> nodes() {
    return session.getMetadata().getNodes().values().stream()
        .filter(node -> node.getDistance() != NodeDistance.IGNORED)
        .filter(
            node ->
                settings.datacenter().isEmpty()
                    || settings.datacenter().get().equals(node.getDatacenter()))
        .toList();
  }

  /** Returns the limits of this sender. */
  public RequestLimits limits() {
    return limits;
  }

  /**
   * Sets other limits on rows and bytes per second, also for threads that wait for the previous
   * ones.
   *
   * @throws IllegalArgumentException if the limit on requests of a node differs, which is fixed
   */
  public synchronized void limits(RequestLimits other) {
    if (other.maxInFlightPerNode() != limits.maxInFlightPerNode()) {
      throw new IllegalArgumentException("The limit on the requests of a node cannot change");
    }
    limits = other;
    rates.change(other);
  }

  /**
   * Returns the time since the last response of a node, including errors; zero if no request is
   * open.
   */
  public Duration unanswered() {
    return open.get() == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - heard);
  }

  @Override
  public int inFlight() {
    return slots.used();
  }

  @Override
  public int parallelism() {
    return slots.most();
  }

  @Override
  public void parallelism(int requests) {
    slots.most(requests);
  }

  @Override
  public void ceiling(Kind why, int requests) {
    slots.ceiling(why, requests);
  }

  @Override
  public void throttle(Throttle slower) {
    this.throttle = slower;
  }

  @Override
  public int inFlightBound() {
    return slots.bound();
  }

  @Override
  public Optional<Kind> boundedBy() {
    return slots.boundedBy();
  }

  /** Cancels pending retries and stops the sender's thread. */
  @Override
  public void close() {
    closed = true;
    int dropped = pauses.end();
    slots.close();
    for (int i = 0; i < dropped; i++) {
      slots.release(new Slot<>(null));
    }
    pauses.fail(InFlight.cancelled());
  }

  private static DriverExecutionProfile profile(DriverConfig config, Optional<String> name) {
    if (name.isEmpty()) {
      return config.getDefaultProfile();
    }
    DriverExecutionProfile profile = config.getProfiles().get(name.get());
    if (profile == null) {
      throw new InvalidSettingException(
          "executionProfile",
          String.format(
              "The session has no execution profile %s; it has %s",
              name.get(), String.join(", ", new TreeSet<>(config.getProfiles().keySet()))));
    }
    return profile;
  }

  private List<Node> coordinators(Request request, @Nullable Node avoided) {
    return choosesCoordinator || !rings.areKnownToDriver(request.statement())
        ? coordinators.of(request, avoided)
        : List.of();
  }

  private CompletionStage<AsyncResultSet> start(Request request, Slot<Node> slot) {
    CompletableFuture<AsyncResultSet> result = new CompletableFuture<>();
    if (open.get() == 0) {
      // Before the request is open: else the time without requests would count as unanswered.
      heard = System.nanoTime();
    }
    open.incrementAndGet();
    result.whenComplete((rows, failure) -> open.decrementAndGet());
    attempt(new Attempt(request.statement(), request, 1, slot), result);
    return result;
  }

  /** One attempt of a request; {@code number} counts from 1. */
  private record Attempt(Statement<?> statement, Request request, int number, Slot<Node> slot) {}

  private Statement<?> configure(Statement<?> statement) {
    ConsistencyLevel own = statement.getConsistencyLevel();
    return statement
        .setExecutionProfile(profile)
        .setConsistencyLevel(own == null ? settings.consistency() : own)
        .setTimeout(settings.timeout())
        .setIdempotent(isRepeatable(statement));
  }

  private static boolean isRepeatable(Statement<?> statement) {
    return !Boolean.FALSE.equals(statement.isIdempotent());
  }

  private void attempt(Attempt attempt, CompletableFuture<AsyncResultSet> result) {
    long sent = System.nanoTime();
    CompletionStage<AsyncResultSet> response;
    @Nullable Node node;
    try {
      Statement<?> statement = configure(attempt.statement());
      node = node(attempt, statement);
      response =
          node == null && settings.datacenter().isPresent() && statement.getNode() == null
              // All nodes of the data centre are down; the driver would choose another one.
              ? CompletableFuture.failedFuture(new NoNodeAvailableException())
              : session.executeAsync(node == null ? statement : statement.setNode(node));
      meter.sent(node);
    } catch (RuntimeException | Error e) {
      end(attempt.slot(), result, null, e);
      return;
    }
    response.whenComplete(
        (rows, thrown) -> {
          Throwable failure =
              thrown != null && attempt.request().isForOneNode() ? ofOneNode(thrown) : thrown;
          boolean isRepeated;
          try {
            if (thrown == null) {
              answered(attempt, node, sent, rows);
            }
            isRepeated = thrown != null && isRepeated(attempt, node, sent, thrown, failure);
          } catch (RuntimeException | Error e) {
            // This is a driver thread: without this the request would never end.
            end(attempt.slot(), result, null, e);
            return;
          }
          if (isRepeated) {
            retry(attempt, result, failure);
          } else {
            boolean isCancelled = closed && thrown != null;
            end(attempt.slot(), result, rows, isCancelled ? InFlight.cancelled() : failure);
          }
        });
  }

  /** Counts the answer to an attempt. */
  private void answered(Attempt attempt, @Nullable Node node, long sent, AsyncResultSet rows) {
    long now = System.nanoTime();
    heard = now;
    slots.answered(attempt.slot(), now - sent);
    meter.answered(node, rows.getExecutionInfo(), now - sent);
    rings.learn(attempt.statement(), rows.getExecutionInfo());
    slots.succeeded(sent);
  }

  /**
   * Counts the failure of an attempt and decides whether to repeat it.
   *
   * @param thrown the failure as the driver threw it
   */
  private boolean isRepeated(
      Attempt attempt, @Nullable Node node, long sent, Throwable thrown, Throwable failure) {
    long now = System.nanoTime();
    if (Failures.isAnswer(thrown)) {
      heard = now;
    }
    boolean isRepeated = !closed && isWorthAnother(attempt, failure);
    boolean isDivided = !isRepeated && attempt.request().isInParts();
    // A fast failure must not count as a low latency.
    long took = isDivided ? now - sent : Math.max(now - sent, settings.timeout().toNanos());
    slots.answered(attempt.slot(), took);
    meter.failed(node, thrown, isDivided);
    if (Failures.isOverload(failure)) {
      slots.overloaded(sent);
    }
    return isRepeated;
  }

  /** Returns the slot of a request and, in all cases, completes the request. */
  private void end(
      Slot<Node> slot,
      CompletableFuture<AsyncResultSet> result,
      @Nullable AsyncResultSet rows,
      @Nullable Throwable failure) {
    try {
      slots.release(slot);
    } finally {
      if (failure == null) {
        result.complete(rows);
      } else {
        result.completeExceptionally(Failures.unwrap(failure));
      }
    }
  }

  /** Returns the node's own failure, which the driver wraps as a failure of all nodes. */
  private static Throwable ofOneNode(Throwable failure) {
    if (Failures.unwrap(failure) instanceof AllNodesFailedException all) {
      List<Throwable> errors = all.getAllErrors().values().stream().flatMap(List::stream).toList();
      return errors.size() == 1 ? errors.get(0) : failure;
    }
    return failure;
  }

  /** Returns the node to send to; null if the driver selects it. */
  private @Nullable Node node(Attempt attempt, Statement<?> statement) {
    Node taken = attempt.slot().node();
    if (taken != null || !attempt.request().isForOneNode() || statement.getNode() != null) {
      return taken;
    }
    List<Node> live = coordinators.of(attempt.request(), null);
    return live.isEmpty() ? null : live.get(0);
  }

  private boolean isWorthAnother(Attempt attempt, Throwable failure) {
    return attempt.number() < settings.maxAttempts()
        && Failures.isPassing(failure)
        && (isRepeatable(attempt.statement())
            || settings.retriesNonIdempotent()
            || Failures.isSurelyNotApplied(failure))
        && attempt.request().retryable().test(Failures.unwrap(failure));
  }

  private void retry(Attempt failed, CompletableFuture<AsyncResultSet> result, Throwable failure) {
    retries.increment();
    Slot<Node> held = slots.pause(failed.slot());
    try {
      Statement<?> next =
          failed.request().again().apply(failed.statement(), Failures.unwrap(failure));
      pauses.after(failed.number(), result, () -> resume(failed, held, next, result));
    } catch (RuntimeException | Error e) {
      end(held, result, null, failure);
    }
  }

  private void resume(
      Attempt failed,
      Slot<Node> held,
      Statement<?> next,
      CompletableFuture<AsyncResultSet> result) {
    List<Node> nodes;
    try {
      nodes = coordinators(failed.request(), failed.slot().node());
    } catch (RuntimeException | Error e) {
      // This is the thread of the pauses: without this the request would never end.
      pauses.over(result);
      end(held, result, null, e);
      return;
    }
    slots
        .resume(nodes)
        .whenComplete(
            (slot, ended) -> {
              pauses.over(result);
              if (ended != null) {
                result.completeExceptionally(ended);
              } else {
                attempt(new Attempt(next, failed.request(), failed.number() + 1, slot), result);
              }
            });
  }

  /** Finds the nodes that may coordinate a request. */
  private static final class Coordinators {

    private final CqlSession session;
    private final TableRings rings;
    private final boolean alongRing;
    private final Optional<String> datacenter;

    /**
     * @param alongRing whether replicas are in ring order; otherwise the order varies from call to
     *     call
     * @param datacenter data centre of the nodes; empty for the session's local nodes
     */
    Coordinators(
        CqlSession session, TableRings rings, boolean alongRing, Optional<String> datacenter) {
      this.session = session;
      this.rings = rings;
      this.alongRing = alongRing;
      this.datacenter = datacenter;
    }

    /**
     * Returns the live replicas for a request, or all live nodes if the replicas are unknown; empty
     * if all are down.
     *
     * @param avoided the node that failed last; left out if there are other nodes
     */
    List<Node> of(Request request, @Nullable Node avoided) {
      List<Node> nodes = live(replicas(request));
      boolean areReplicas = !nodes.isEmpty();
      if (!areReplicas) {
        nodes = live(session.getMetadata().getNodes().values());
      }
      if (avoided != null && nodes.size() > 1) {
        nodes.remove(avoided);
      }
      if (nodes.size() > 1 && !(alongRing && areReplicas)) {
        Collections.rotate(nodes, ThreadLocalRandom.current().nextInt(nodes.size()));
      }
      return nodes;
    }

    private List<Node> replicas(Request request) {
      CqlIdentifier keyspace = request.statement().getRoutingKeyspace();
      OptionalLong token = token(request);
      TokenRing ring =
          keyspace == null || token.isEmpty() ? null : rings.of(keyspace, request.statement());
      if (ring == null) {
        return List.of();
      }
      Map<UUID, Node> nodes = session.getMetadata().getNodes();
      return ring.rangeOf(token.getAsLong()).replicas().stream()
          .map(nodes::get)
          .filter(Objects::nonNull)
          .toList();
    }

    private OptionalLong token(Request request) {
      if (request.token() != null) {
        return OptionalLong.of(request.token());
      }
      ByteBuffer key = request.statement().getRoutingKey();
      return key == null ? OptionalLong.empty() : OptionalLong.of(Murmur3.token(key));
    }

    private List<Node> live(Collection<Node> nodes) {
      List<Node> live = new ArrayList<>(nodes.size());
      for (Node node : nodes) {
        if (isChosen(node) && node.getState() == NodeState.UP) {
          live.add(node);
        }
      }
      return live;
    }

    private boolean isChosen(Node node) {
      return datacenter.isEmpty()
          ? node.getDistance() == NodeDistance.LOCAL
          : datacenter.get().equals(node.getDatacenter())
              && node.getDistance() != NodeDistance.IGNORED;
    }
  }

  /** Limits the rows and bytes per second by making the calling threads wait. Thread-safe. */
  static final class RateLimits {

    /** Waiting threads look this often whether they are to stop. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final TokenBucket rows;
    private final TokenBucket bytes;
    private volatile CountDownLatch changed = new CountDownLatch(1);

    RateLimits(RequestLimits limits) {
      long now = System.nanoTime();
      this.rows = new TokenBucket(limits.maxRowsPerSecond(), now);
      this.bytes = new TokenBucket(limits.maxBytesPerSecond(), now);
    }

    /** Sets other limits, also for waiting threads: what they owe, they pay at the new rates. */
    void change(RequestLimits limits) {
      long now = System.nanoTime();
      rows.rate(limits.maxRowsPerSecond(), now);
      bytes.rate(limits.maxBytesPerSecond(), now);
      CountDownLatch before = changed;
      changed = new CountDownLatch(1);
      before.countDown();
    }

    /**
     * Takes rows and bytes, and waits until both rates are within their limits.
     *
     * @param meanwhile called about twice a second while it waits; an exception ends the wait
     */
    void take(long moreRows, long moreBytes, Runnable meanwhile) throws InterruptedException {
      if (!rows.isLimited() && !bytes.isLimited()) {
        return;
      }
      long now = System.nanoTime();
      double rowsDue = rows.take(moreRows, now);
      double bytesDue = bytes.take(moreBytes, now);
      if (nanosUntil(rowsDue, bytesDue, now) > 0) {
        WorkerClock.during(Stage.WAIT_LIMIT, () -> await(rowsDue, bytesDue, meanwhile));
      }
    }

    private void await(double rowsDue, double bytesDue, Runnable meanwhile)
        throws InterruptedException {
      while (true) {
        CountDownLatch change = changed;
        long wait = nanosUntil(rowsDue, bytesDue, System.nanoTime());
        if (wait <= 0) {
          return;
        }
        if (!change.await(Math.min(wait, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
          meanwhile.run();
        }
      }
    }

    private long nanosUntil(double rowsDue, double bytesDue, long now) {
      return Math.max(rows.nanosUntil(rowsDue, now), bytes.nanosUntil(bytesDue, now));
    }

    /**
     * Limits a rate. Bulk amounts, such as a page of rows, are taken at once and paid afterwards:
     * the bucket goes into debt, and the caller waits until the debt is paid. Idle time is saved up
     * to a quarter of a second. Times are in nanoseconds of a monotonic clock. Thread-safe.
     */
    static final class TokenBucket {

      private static final double NANOS_PER_SECOND = 1e9;
      private static final double SAVED_SECONDS = 0.25;

      /** 0 for no limit. */
      private volatile long perSecond;

      /** All that was taken so far. */
      private double taken;

      /** What of it is paid; more than that if idle time is saved. */
      private double paid;

      private long paidAt;

      /**
       * @param perSecond the rate; 0 for no limit
       */
      TokenBucket(long perSecond, long now) {
        this.perSecond = perSecond;
        this.paidAt = now;
      }

      boolean isLimited() {
        return perSecond != 0;
      }

      /** Sets another rate; the debt stays. */
      synchronized void rate(long newPerSecond, long now) {
        pay(now);
        perSecond = newPerSecond;
      }

      /**
       * Takes an amount.
       *
       * @return what must be paid before the caller continues, for {@link #nanosUntil}
       */
      synchronized double take(long amount, long now) {
        pay(now);
        taken += amount;
        return taken;
      }

      /** Returns the time until this much is paid at the current rate; 0 if it is paid. */
      synchronized long nanosUntil(double due, long now) {
        pay(now);
        return perSecond == 0
            ? 0
            : (long) Math.max(0, Math.ceil((due - paid) / perSecond * NANOS_PER_SECOND));
      }

      private void pay(long now) {
        paid =
            perSecond == 0
                ? taken
                : Math.min(
                    taken + SAVED_SECONDS * perSecond,
                    paid + (now - paidAt) / NANOS_PER_SECOND * perSecond);
        paidAt = now;
      }
    }
  }
}
