package io.ringhaul.benchmarks.tuning;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Another client of the table with its own session: it reads fifty rows of random partitions per
 * second at fixed times, independent of earlier answers.
 */
public final class Observer implements AutoCloseable {

  private static final int PERIOD_MILLIS = 20;
  private static final int CUSTOMERS = 10_000;

  /**
   * An answer.
   *
   * @param sent the time of the request in nanoseconds
   * @param nanos the latency
   */
  private record Answer(long sent, long nanos) {}

  private final CqlSession session;
  private final PreparedStatement read;
  private final List<Answer> answers = new ArrayList<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  /** Starts reading. */
  public Observer(CqlSession session, String keyspace, String table) {
    this.session = session;
    this.read =
        session.prepare(
            String.format("SELECT * FROM %s.%s WHERE customer_id = ? LIMIT 1", keyspace, table));
    clock.scheduleAtFixedRate(this::ask, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void ask() {
    BoundStatement statement = read.bind(ThreadLocalRandom.current().nextLong(CUSTOMERS));
    long sent = System.nanoTime();
    session.executeAsync(statement).whenComplete((rows, failure) -> answered(sent, failure));
  }

  private synchronized void answered(long sent, @Nullable Throwable failure) {
    answers.add(new Answer(sent, failure == null ? System.nanoTime() - sent : Long.MAX_VALUE));
  }

  /** Returns the 99th percentile of each ten seconds since the given time, in milliseconds. */
  public synchronized List<Double> percentiles(long since) {
    List<Double> percentiles = new ArrayList<>();
    long window = TimeUnit.SECONDS.toNanos(10);
    for (long from = since; from + window <= System.nanoTime(); from += window) {
      long begin = from;
      long[] nanos =
          answers.stream()
              .filter(answer -> answer.sent() >= begin && answer.sent() < begin + window)
              .mapToLong(Answer::nanos)
              .sorted()
              .toArray();
      if (nanos.length > 0) {
        percentiles.add(nanos[(int) Math.ceil(0.99 * nanos.length) - 1] / 1e6);
      }
    }
    return percentiles;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
