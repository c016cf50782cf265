package io.ringhaul.request;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfig;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.request.InFlight.Place;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests asynchronously, never more than {@link RequestSettings#parallelism()} at once, and
 * sends again what failed for a passing reason, after a pause that grows and jitters. A request
 * holds its place during the pause, so that an overloaded cluster sees less of us; and an overload
 * halves the places, which come back slowly.
 *
 * <p>Another attempt goes to whichever replica the driver's policy chooses anew. With {@link
 * RequestLimits#maxInFlightPerNode()} the sender itself chooses the coordinator: of the live local
 * replicas the one with the fewest requests of this sender, for another attempt one that has not
 * just failed.
 *
 * <p>A statement that is explicitly not idempotent is sent again only if it was {@linkplain
 * Failures#isSurelyNotApplied surely not applied}, unless the settings {@linkplain
 * RequestSettings#retriesNonIdempotent() say otherwise}; every other counts as idempotent.
 *
 * <p>Thread-safe. Owns one thread for the pauses; {@link #close()} ends it.
 */
public final class RequestSender implements AutoCloseable {

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  private final CqlSession session;
  private final RequestSettings settings;
  private final DriverExecutionProfile profile;
  private final InFlight<Node> places;
  private final RateLimits rates;
  private final Coordinators nodes;
  private final @Nullable Coordinators coordinators;
  private final ScheduledExecutorService pauses;
  private final LongAdder retries = new LongAdder();
  private final Set<CompletableFuture<?>> paused = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Sends through the given session, which stays the caller's. */
  public RequestSender(CqlSession session, RequestSettings settings) {
    this.session = session;
    this.settings = settings;
    // Cassandra warns of every count(*) over a range; a job of 10,000 ranges must not log as many.
    this.profile =
        profile(session.getContext().getConfig(), settings.executionProfile())
            .withBoolean(DefaultDriverOption.REQUEST_LOG_WARNINGS, false)
            // The driver forgets the time-out that is set on a batch itself.
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, settings.timeout());
    int perNode = settings.limits().maxInFlightPerNode();
    this.places = new InFlight<>(settings.parallelism(), perNode);
    this.rates = new RateLimits(settings.limits());
    this.nodes = new Coordinators(session);
    this.coordinators = perNode == 0 ? null : nodes;
    this.pauses =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "ringhaul-retry");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** How often a request was sent again so far. */
  public long retries() {
    return retries.sum();
  }

  /** Sends as soon as a place is free, waiting for it in the calling thread. */
  public CompletionStage<AsyncResultSet> send(Request request) throws InterruptedException {
    return start(request, places.acquire(coordinators(request.statement(), null)));
  }

  /**
   * The same.
   *
   * @param sending is told, in the calling thread, that the request has its place and is about to
   *     be sent; must not throw
   */
  public CompletionStage<AsyncResultSet> send(Request request, Runnable sending)
      throws InterruptedException {
    Place<Node> place = places.acquire(coordinators(request.statement(), null));
    sending.run();
    return start(request, place);
  }

  /** Sends if a place is free now; null if none is. */
  public @Nullable CompletionStage<AsyncResultSet> trySend(Request request) {
    Place<Node> place = places.tryAcquire(coordinators(request.statement(), null));
    return place == null ? null : start(request, place);
  }

  /**
   * Waits as long as the {@linkplain RequestLimits rates} ask for so much; at once if there are
   * none. For whoever has read rows or is about to write some.
   */
  public void throttle(long rows, long bytes) throws InterruptedException {
    rates.take(rows, bytes);
  }

  /** The limits that this sender keeps to. */
  public RequestLimits limits() {
    return settings.limits();
  }

  /** Requests that have a place and no answer just now, those that pause included. */
  public int inFlight() {
    return places.used();
  }

  /** How many requests may be in flight just now: fewer than allowed after an overload. */
  public int inFlightBound() {
    return places.bound();
  }

  /** Drops what waits for another attempt and ends the sender's thread. */
  @Override
  public void close() {
    closed = true;
    List<Runnable> pausing = pauses.shutdownNow();
    places.close();
    pausing.forEach(never -> places.release(new Place<>(null)));
    // Who waits for an answer must get one.
    paused.forEach(result -> result.completeExceptionally(InFlight.cancelled()));
  }

  /**
   * A statement and how to go on when it fails.
   *
   * @param statement what to send
   * @param again what to send instead after a passing failure, for instance with smaller pages
   * @param retryable which of the passing failures are worth another attempt
   * @param isForOneNode whether each attempt is for one node alone, chosen by the sender: after
   *     some failures the driver sends even what is not idempotent to another node, without asking
   */
  public record Request(
      Statement<?> statement,
      BiFunction<Statement<?>, Throwable, Statement<?>> again,
      Predicate<Throwable> retryable,
      boolean isForOneNode) {

    /** A request that the driver may send from node to node. */
    public Request(
        Statement<?> statement,
        BiFunction<Statement<?>, Throwable, Statement<?>> again,
        Predicate<Throwable> retryable) {
      this(statement, again, retryable, false);
    }

    /** The same, of which each attempt is for one node alone. */
    public Request toOneNode() {
      return new Request(statement, again, retryable, true);
    }

    /** A request that is sent again as it is. */
    public static Request of(Statement<?> statement) {
      return new Request(statement, (same, failure) -> same, failure -> true);
    }
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

  private List<Node> coordinators(Statement<?> statement, @Nullable Node avoided) {
    return coordinators == null ? List.of() : coordinators.of(statement, avoided);
  }

  private CompletionStage<AsyncResultSet> start(Request request, Place<Node> place) {
    CompletableFuture<AsyncResultSet> result = new CompletableFuture<>();
    attempt(new Attempt(request.statement(), request, 1, place), result);
    return result;
  }

  /** A request on its way for the {@code number}-th time, counted from 1. */
  private record Attempt(Statement<?> statement, Request request, int number, Place<Node> place) {}

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
    try {
      Statement<?> statement = configure(attempt.statement());
      Node node = node(attempt, statement);
      response = session.executeAsync(node == null ? statement : statement.setNode(node));
    } catch (RuntimeException e) {
      places.release(attempt.place());
      result.completeExceptionally(e);
      return;
    }
    response.whenComplete(
        (rows, thrown) -> {
          if (thrown == null) {
            places.succeeded(sent);
            places.release(attempt.place());
            result.complete(rows);
            return;
          }
          Throwable failure = attempt.request().isForOneNode() ? ofOneNode(thrown) : thrown;
          if (Failures.isOverload(failure)) {
            places.overloaded(sent);
          }
          if (!closed && isWorthAnother(attempt, failure)) {
            retry(attempt, result, failure);
            return;
          }
          places.release(attempt.place());
          result.completeExceptionally(closed ? InFlight.cancelled() : Failures.unwrap(failure));
        });
  }

  /** What the one node failed with, of which the driver says that all nodes failed. */
  private static Throwable ofOneNode(Throwable failure) {
    if (Failures.unwrap(failure) instanceof AllNodesFailedException all) {
      List<Throwable> errors = all.getAllErrors().values().stream().flatMap(List::stream).toList();
      return errors.size() == 1 ? errors.get(0) : failure;
    }
    return failure;
  }

  /** The node to which the attempt goes; null if the driver chooses. */
  private @Nullable Node node(Attempt attempt, Statement<?> statement) {
    Node placed = attempt.place().node();
    if (placed != null || !attempt.request().isForOneNode() || statement.getNode() != null) {
      return placed;
    }
    List<Node> live = nodes.of(statement, null);
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

  // A future equals itself alone, which is just what is asked for here.
  @SuppressWarnings("CollectionUndefinedEquality")
  private void retry(Attempt failed, CompletableFuture<AsyncResultSet> result, Throwable failure) {
    retries.increment();
    Place<Node> held = places.pause(failed.place());
    paused.add(result);
    try {
      Statement<?> next =
          failed.request().again().apply(failed.statement(), Failures.unwrap(failure));
      pauses.schedule(
          () -> resume(failed, next, result), pause(failed.number()), TimeUnit.MILLISECONDS);
    } catch (RuntimeException e) {
      paused.remove(result);
      places.release(held);
      result.completeExceptionally(Failures.unwrap(failure));
    }
  }

  @SuppressWarnings("CollectionUndefinedEquality")
  private void resume(Attempt failed, Statement<?> next, CompletableFuture<AsyncResultSet> result) {
    places
        .resume(coordinators(next, failed.place().node()))
        .whenComplete(
            (place, ended) -> {
              paused.remove(result);
              if (ended != null) {
                result.completeExceptionally(ended);
              } else {
                attempt(new Attempt(next, failed.request(), failed.number() + 1, place), result);
              }
            });
  }

  /** Exponential with jitter: between half and all of 100 ms x 2^(attempt - 1), 10 s at most. */
  private static long pause(int attempt) {
    long bound = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt - 1, 20));
    return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
  }
}
