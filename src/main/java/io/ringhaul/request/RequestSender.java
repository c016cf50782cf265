package io.ringhaul.request;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfig;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Statement;
import io.ringhaul.exceptions.InvalidSettingException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests asynchronously, never more than {@link RequestSettings#parallelism()} at once, and
 * sends again what failed for a passing reason, after a pause that grows and jitters. A request
 * holds its place during the pause, so that an overloaded cluster sees less of us.
 *
 * <p>A statement that is explicitly not idempotent is sent again only if it was {@linkplain
 * Failures#isSurelyNotApplied surely not applied}; every other counts as idempotent.
 *
 * <p>Thread-safe. Owns one thread for the pauses; {@link #close()} ends it.
 */
public final class RequestSender implements AutoCloseable {

  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  private final CqlSession session;
  private final RequestSettings settings;
  private final DriverExecutionProfile profile;
  private final Semaphore permits;
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
    this.permits = new Semaphore(settings.parallelism());
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
    permits.acquire();
    return start(request);
  }

  /** Sends if a place is free now; null if none is. */
  public @Nullable CompletionStage<AsyncResultSet> trySend(Request request) {
    return permits.tryAcquire() ? start(request) : null;
  }

  /** Drops what waits for another attempt and ends the sender's thread. */
  @Override
  public void close() {
    closed = true;
    pauses.shutdownNow();
    // Who waits for an answer must get one.
    paused.forEach(
        result ->
            result.completeExceptionally(new CancellationException("the operation has ended")));
  }

  /**
   * A statement and how to go on when it fails.
   *
   * @param statement what to send
   * @param again what to send instead after a passing failure, for instance with smaller pages
   * @param retryable which of the passing failures are worth another attempt
   */
  public record Request(
      Statement<?> statement,
      BiFunction<Statement<?>, Throwable, Statement<?>> again,
      Predicate<Throwable> retryable) {

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

  private CompletionStage<AsyncResultSet> start(Request request) {
    CompletableFuture<AsyncResultSet> result = new CompletableFuture<>();
    result.whenComplete((done, failed) -> permits.release());
    attempt(request.statement(), request, 1, result);
    return result;
  }

  private Statement<?> configure(Statement<?> statement) {
    return statement
        .setExecutionProfile(profile)
        .setConsistencyLevel(settings.consistency())
        .setTimeout(settings.timeout())
        .setIdempotent(isRepeatable(statement));
  }

  private static boolean isRepeatable(Statement<?> statement) {
    return !Boolean.FALSE.equals(statement.isIdempotent());
  }

  private void attempt(
      Statement<?> statement,
      Request request,
      int number,
      CompletableFuture<AsyncResultSet> result) {
    CompletionStage<AsyncResultSet> response;
    try {
      response = session.executeAsync(configure(statement));
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
      return;
    }
    response.whenComplete(
        (rows, failure) -> {
          if (failure == null) {
            result.complete(rows);
          } else if (closed) {
            result.completeExceptionally(new CancellationException("the operation has ended"));
          } else if (number < settings.maxAttempts()
              && Failures.isPassing(failure)
              && (isRepeatable(statement) || Failures.isSurelyNotApplied(failure))
              && request.retryable().test(Failures.unwrap(failure))) {
            retry(statement, request, number, result, failure);
          } else {
            result.completeExceptionally(Failures.unwrap(failure));
          }
        });
  }

  // A future equals itself alone, which is just what is asked for here.
  @SuppressWarnings("CollectionUndefinedEquality")
  private void retry(
      Statement<?> statement,
      Request request,
      int number,
      CompletableFuture<AsyncResultSet> result,
      Throwable failure) {
    retries.increment();
    paused.add(result);
    try {
      Statement<?> next = request.again().apply(statement, Failures.unwrap(failure));
      pauses.schedule(
          () -> {
            paused.remove(result);
            attempt(next, request, number + 1, result);
          },
          pause(number),
          TimeUnit.MILLISECONDS);
    } catch (RuntimeException e) {
      paused.remove(result);
      result.completeExceptionally(Failures.unwrap(failure));
    }
  }

  /** Exponential with jitter: between half and all of 100 ms x 2^(attempt - 1), 10 s at most. */
  private static long pause(int attempt) {
    long bound = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt - 1, 20));
    return ThreadLocalRandom.current().nextLong(bound / 2, bound + 1);
  }
}
