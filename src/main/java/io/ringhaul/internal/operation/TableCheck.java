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
 * Checks while an operation runs that its table is still the one that it began with.
 *
 * <p>When a table is dropped and made again, the nodes answer the next request with UNPREPARED, and
 * the driver prepares the statement again and repeats the request. Nothing of this shows in its
 * public API: the statement's id is a hash of its text, the columns are the same, and no tracker or
 * metric hears of it. So the nodes are asked:
 *
 * <ul>
 *   <li>before the first row, all of them ({@link TableFingerprint#take});
 *   <li>at checkpoints, one of them, at most once in ten seconds and without waiting for its
 *       answer: a long operation ends early, and not only at its end;
 *   <li>after the last row, all of them: before an export commits, and before a count, a read or an
 *       import reports success.
 * </ul>
 *
 * <p>The first and the last are what makes it complete. Each node that may coordinate a request of
 * the session is asked for the table that <em>it</em> has, and a table that is made anew has an id
 * that no table had before it. A node with the same id at both times had that table at all times in
 * between, and so each row that it read or wrote belongs to that table. Exempt are a table that is
 * made again under its old id ({@code WITH ID}), and a node that coordinated requests and does not
 * answer at the end, while no other node has heard of the new table. A job that is cut off before
 * its end is compared when it is resumed: its fingerprint has the id of its first run.
 *
 * <p>Truncations are found as far as nodes keep them: Cassandra notes one on each node after the
 * rows are gone there, so that one that still runs at the last check may not show; ScyllaDB keeps
 * them in a table that not every role may read, and is not asked.
 *
 * <p>A node that does not answer is left out as long as another one answers. If none answers at the
 * end, they are asked again for half a minute; then the operation fails, since it is not known
 * whether its rows belong together. Where none answered at the start either, as with a service that
 * hides its schema, the operation does without.
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
   * A check of an operation without a job.
   *
   * @param doing what is done with the table, such as {@code counted}
   * @param consequence for the end of the message: what became of the rows, and what to do
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

  /** A check of the operation of a job, which fails as a resume of the job does after that. */
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
   * @param between two checkpoints that ask
   * @param waiting for the first answer at the end
   */
  public TableCheck with(Duration between, Duration waiting) {
    return new TableCheck(fingerprint, doing, consequence, failure, between, waiting);
  }

  /**
   * Asks a node, unless one was asked a short time ago. Does not wait.
   *
   * @throws BulkOperationException if an earlier answer says that the table is another one
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
   * Asks all nodes after the last row.
   *
   * @throws BulkOperationException if the table is another one, or if no node answers
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
                "No node said within %d s whether table %s is still the one that was %s (%s); try"
                    + " again when the nodes answer",
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
