package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.internal.operation.TableFingerprint.Change;
import io.ringhaul.internal.operation.TableQuestion.Answers;
import io.ringhaul.internal.request.Failures;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checks during an operation that its table was not dropped, recreated or truncated.
 *
 * <p>When a table is dropped and recreated, the nodes answer the next request with UNPREPARED, and
 * the driver prepares the statement again and repeats the request. The driver's public API does not
 * show this: the statement's id is a hash of its text, the columns are the same, and no tracker or
 * metric reports it. Therefore the check queries the nodes:
 *
 * <ul>
 *   <li>before the first row, all nodes ({@link TableFingerprint#take});
 *   <li>at checkpoints, one node, at most once in ten seconds and without waiting for the answer,
 *       so that a long operation fails early;
 *   <li>after the last row, all nodes: before an export commits, and before a count, a read or an
 *       import reports success.
 * </ul>
 *
 * <p>The first and the last check suffice for correctness. They query each node that may coordinate
 * a request of the session for the table id in <em>its own</em> schema, and a recreated table has a
 * new id. A node with the same id at both times had the same table in between, so each row that it
 * read or wrote belongs to that table. The check cannot detect two cases: a table that is recreated
 * with its old id ({@code WITH ID}), and a new table known only to a node that coordinated requests
 * and does not answer at the end. If a job is interrupted, resuming it compares the table with its
 * fingerprint, which has the table id of the first run.
 *
 * <p>The check finds truncations that the nodes record. Cassandra records a truncation on each node
 * after it has removed the rows there, so a truncation that still runs at the last check may be
 * missed. ScyllaDB records truncations in a table that not every role may read, so the check does
 * not query it.
 *
 * <p>A node that does not answer is ignored if another node answers. If no node answers at the end,
 * the check repeats the query for 30 s; then the operation fails, since it is unknown whether its
 * rows belong together. If no node answered at the start either, as with a service that hides its
 * schema, the operation succeeds without the check.
 *
 * <p>Thread-safe.
 */
public final class TableCheck {

  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long PAUSE_MILLIS = 500;

  private final TableFingerprint fingerprint;
  private final String doing;
  private final String consequence;
  private final Function<String, BulkOperationException> failure;
  private final Duration interval;
  private final Duration patience;
  private final AtomicLong last = new AtomicLong(System.nanoTime());
  private final AtomicInteger turn = new AtomicInteger();
  private volatile @Nullable Change change;

  private TableCheck(
      TableFingerprint fingerprint,
      String doing,
      String consequence,
      Function<String, BulkOperationException> failure,
      Duration interval,
      Duration patience) {
    this.fingerprint = fingerprint;
    this.doing = doing;
    this.consequence = consequence;
    this.failure = failure;
    this.interval = interval;
    this.patience = patience;
  }

  /**
   * A check for an operation without a job.
   *
   * @param doing the operation as a participle, such as {@code counted}
   * @param consequence the end of the message: the effect on the rows, and what to do
   */
  public static TableCheck of(TableFingerprint fingerprint, String doing, String consequence) {
    return new TableCheck(
        fingerprint,
        doing,
        consequence,
        message -> new UnsuitableTableException(fingerprint.table().toString(), message),
        INTERVAL,
        PATIENCE);
  }

  /**
   * A check for the operation of a job. It fails with a {@link JobException}, as a later resume of
   * the job does.
   */
  public static TableCheck of(
      TableFingerprint fingerprint, OperationJob job, String doing, String consequence) {
    return new TableCheck(
        fingerprint,
        doing,
        consequence,
        message -> new JobException(job.id(), message, null),
        INTERVAL,
        PATIENCE);
  }

  /**
   * Returns this check with other times.
   *
   * @param between the least time between two queries at checkpoints
   * @param waiting the longest wait for a first answer at the end
   */
  public TableCheck with(Duration between, Duration waiting) {
    return new TableCheck(fingerprint, doing, consequence, failure, between, waiting);
  }

  /**
   * Queries one node, unless the last query is too recent. Does not wait for the answer.
   *
   * @throws BulkOperationException if an earlier answer shows that the table changed
   */
  public void atCheckpoint() {
    requireSame();
    long before = last.get();
    long now = System.nanoTime();
    if (now - before < interval.toNanos() || !last.compareAndSet(before, now)) {
      return;
    }
    List<Node> nodes = fingerprint.question().nodes();
    if (!nodes.isEmpty()) {
      Node next = nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()));
      fingerprint.question().ask(List.of(next)).thenAccept(this::compare);
    }
  }

  /**
   * Queries all nodes after the last row.
   *
   * @throws BulkOperationException if the table changed, or if no node answers
   */
  public void atEnd() throws InterruptedException {
    long began = System.nanoTime();
    while (true) {
      Answers answers = answers();
      compare(answers);
      requireSame();
      if (!answers.answers().isEmpty() || !fingerprint.isKnownToNodes()) {
        return;
      }
      if (System.nanoTime() - began > patience.toNanos()) {
        throw new BulkOperationException(
            String.format(
                "No node answered within %d s whether table %s is still the table that was"
                    + " %s (%s); try again when the nodes answer",
                patience.toSeconds(),
                fingerprint.table(),
                doing,
                answers.failure() == null ? "none is up" : Failures.describe(answers.failure())),
            answers.failure());
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  private Answers answers() throws InterruptedException {
    try {
      return fingerprint.question().ask(fingerprint.question().nodes()).get();
    } catch (ExecutionException e) {
      throw Failures.notPassing(e, "Asking for table " + fingerprint.table());
    }
  }

  private void compare(Answers answers) {
    fingerprint.change(answers).ifPresent(found -> change = found);
  }

  private void requireSame() {
    Change found = change;
    if (found != null) {
      throw failure.apply(
          String.format(
              "Table %s was %s while it was %s: %s. %s",
              fingerprint.table(), found.what(), doing, found.difference(), consequence));
    }
  }
}
