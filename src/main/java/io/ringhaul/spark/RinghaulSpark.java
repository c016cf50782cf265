package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.CountRequest;
import io.ringhaul.ExportRequest;
import io.ringhaul.ImportRequest;
import io.ringhaul.OperationRequest;
import io.ringhaul.OperationResult;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import java.io.Serializable;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Runs the tasks of counts, exports and imports on the executors of Spark. This process, Spark's
 * driver, plans the tasks, keeps the job, and commits once. An attempt of a count or an export that
 * fails, is lost with its executor or is overtaken by a speculative one leaves no rows. A repeated
 * attempt of an import writes the same rows again.
 *
 * <pre>{@code
 * SessionFactory sessions =
 *     SessionFactory.of(
 *         Map.of(
 *             "basic.contact-points.0", "cassandra:9042",
 *             "basic.load-balancing-policy.local-datacenter", "datacenter1"));
 * try (RinghaulSpark spark = RinghaulSpark.over(context, sessions)) {
 *   spark
 *       .export(
 *           operator ->
 *               operator
 *                   .export("store", "orders")
 *                   .to(IcebergTarget.catalog("prod", properties).table("lake.orders")))
 *       .execute();
 * }
 * }</pre>
 *
 * <p>The function that makes a request runs here and on each executor, so it must contain all
 * settings that tasks need, such as columns, conditions and the target, and refer to serializable
 * values only. Settings of the job are made on the returned request: {@code job}, {@code jobId},
 * listeners.
 *
 * <p>Rates, requests in flight and their limits per node are divided evenly among the tasks that
 * Spark runs at the same time. Thread-safe.
 */
public final class RinghaulSpark implements AutoCloseable {

  /**
   * Makes the same request wherever it is called.
   *
   * @param <Q> the type of the request
   */
  @FunctionalInterface
  public interface Request<Q extends OperationRequest<Q, ? extends OperationResult>>
      extends Serializable {

    /** Makes the request with this operator. */
    Q with(TokenAwareBulkOperator operator);
  }

  private final JavaSparkContext context;
  private final SparkTask.Source source;
  private final CqlSession session;
  private final ExecutorService threads = Executors.newCachedThreadPool(SparkTask::thread);
  private final Set<JavaFutureAction<?>> running = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private RinghaulSpark(JavaSparkContext context, SessionFactory sessions) {
    this.context = context;
    this.source = new SparkTask.Source(UUID.randomUUID(), sessions);
    // Tasks of local mode use the same session.
    this.session = Sessions.lease(source);
  }

  /**
   * Returns an entrance to Spark, and opens a session in this process.
   *
   * @throws BulkOperationException if this is no supported version of Spark
   * @throws InvalidSettingException if there is no factory
   */
  public static RinghaulSpark over(JavaSparkContext context, SessionFactory sessions) {
    String version = context.version();
    if (!version.startsWith("3.5.") && !version.startsWith("4.")) {
      throw new BulkOperationException(
          "Spark " + version + " is not supported: Ringhaul runs on Spark 3.5 and 4", null);
    }
    if (Objects.isNull(sessions)) {
      throw new InvalidSettingException(
          "sessions",
          "There is no SessionFactory, and each executor needs one to connect to the cluster: give"
              + " SessionFactory.of(settings) or SessionFactory.file(file)");
    }
    return new RinghaulSpark(context, sessions);
  }

  /**
   * Same as {@link #over}, with the context of a session of Spark. The name differs so that
   * applications without {@code spark-sql} compile.
   */
  public static RinghaulSpark overSession(SparkSession spark, SessionFactory sessions) {
    return over(JavaSparkContext.fromSparkContext(spark.sparkContext()), sessions);
  }

  /**
   * Returns a request to count the rows of a table. All operations refuse {@code runWindow}, {@code
   * priority}, {@code maxCpuShare}, {@code protectLatency} and tuning that adapts, which need one
   * process.
   */
  public CountRequest count(Request<CountRequest> request) {
    return request(request);
  }

  /**
   * Returns a request to export a table. Its tasks write from the executors, so the target must be
   * reachable from all of them: an object store, HDFS or a shared folder. Settings that are
   * refused: {@code maxRows}, {@code maxDiskBytes}, {@code detectDeletes} and streams. Rejected
   * rows are sent to this process, which keeps the rejects file.
   */
  public ExportRequest export(Request<ExportRequest> request) {
    return request(request);
  }

  /**
   * Returns a request to import into a table. Its tasks read from the executors, so the source must
   * be reachable from all of them: an object store, HDFS or a shared folder. Rejected rows are sent
   * to this process, which keeps the rejects file. Settings that are refused: {@code maxRecords},
   * {@code follow} and streams.
   *
   * <p>A task that adds to counters or appends to lists has one attempt, since a second one would
   * write its rows twice: if it fails, the import fails, and the message of its resume names the
   * rows in doubt.
   */
  public ImportRequest importInto(Request<ImportRequest> request) {
    return request(request);
  }

  private <Q extends OperationRequest<Q, ? extends OperationResult>> Q request(Request<Q> request) {
    SparkTasks onSpark = new SparkTasks(threads, context, source, request, running);
    return request.with(TokenAwareBulkOperator.builder(session).executor(onSpark).build());
  }

  /** Cancels running operations and closes the session of this process. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    running.forEach(job -> job.cancel(true));
    threads.shutdownNow();
    Sessions.end(source.id());
  }
}
