package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.operation.Distribution;
import io.ringhaul.internal.request.Failures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs one task on an executor, and returns its number. The task is encoded, since Spark's
 * serializer for data may be Kryo, which cannot restore records.
 *
 * @param share what each task may use
 * @param outcomes takes the outcome
 */
record SparkTask(
    SparkTask.Source source,
    RinghaulSpark.Request<?> request,
    Distribution.Terms share,
    SparkTasks.Outcomes outcomes)
    implements Function<byte[], Integer> {

  private static final long serialVersionUID = 1;

  /**
   * Where sessions come from.
   *
   * @param id identifies the factory in all processes
   */
  record Source(UUID id, SessionFactory factory) implements Serializable {

    private static final long serialVersionUID = 1;
  }

  static byte[] encoded(Distribution.Task task) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(task);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public Integer call(byte[] encoded) throws IOException, ClassNotFoundException {
    Distribution.Task task;
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(encoded))) {
      task = (Distribution.Task) in.readObject();
    }
    requireFirstAttempt(task);
    CqlSession session = Sessions.lease(source);
    ExecutorService threads = Executors.newCachedThreadPool(SparkTask::thread);
    Distribution.Receiver part = new Distribution.Receiver(threads, share, task);
    try (TokenAwareBulkOperator operator =
        TokenAwareBulkOperator.builder(session).executor(part).build()) {
      outcomes.add(part.outcome(request.with(operator).execute().totals()));
      return task.number();
    } finally {
      threads.shutdownNow();
      Sessions.giveBack(source.id());
    }
  }

  private void requireFirstAttempt(Distribution.Task task) {
    TaskContext attempt = TaskContext.get();
    if (share.once() && (attempt.attemptNumber() > 0 || attempt.stageAttemptNumber() > 0)) {
      throw new BulkOperationException(
          "Task "
              + task.number()
              + " has failed or was lost with its executor, and is not run again, because its rows"
              + " must not be written twice; Spark's log has the failure of its first attempt");
    }
  }

  static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "ringhaul-spark");
    thread.setDaemon(true);
    return thread;
  }

  /** The sessions of this process. Spark's tasks share nothing else that lives longer than they. */
  private static final class Sessions {

    private static final long IDLE_SECONDS = 60;

    private static final Map<UUID, Sessions> OPEN = new HashMap<>();
    private static final Map<UUID, Refused> REFUSED = new HashMap<>();

    private final CqlSession session;
    private int users;
    private @Nullable ScheduledExecutorService closing;

    private Sessions(CqlSession session) {
      this.session = session;
    }

    /**
     * A failed attempt to open a session.
     *
     * @param nanos when it ended
     */
    private record Refused(long nanos, String message) {}

    static CqlSession lease(Source source) {
      long asked = System.nanoTime();
      synchronized (OPEN) {
        Sessions its = OPEN.get(source.id());
        if (its == null) {
          its = open(source, asked);
          OPEN.put(source.id(), its);
        }
        its.users++;
        if (its.closing != null) {
          its.closing.shutdownNow();
          its.closing = null;
        }
        return its.session;
      }
    }

    /** Opens a session, unless an attempt of another task failed while this one waited for it. */
    private static Sessions open(Source source, long asked) {
      Refused refused = REFUSED.get(source.id());
      if (refused == null || refused.nanos() - asked < 0) {
        try {
          Sessions opened = new Sessions(source.factory().open());
          REFUSED.remove(source.id());
          return opened;
        } catch (RuntimeException e) {
          refused = new Refused(System.nanoTime(), message(e));
          REFUSED.put(source.id(), refused);
        }
      }
      // Without its cause: the driver's exceptions refer to nodes, which cannot be sent.
      throw new BulkOperationException(refused.message(), null);
    }

    private static String message(RuntimeException failure) {
      String reason;
      if (failure instanceof BulkOperationException) {
        reason = String.valueOf(failure.getMessage());
      } else if (failure instanceof AllNodesFailedException none) {
        reason =
            "No node could be reached at "
                + none.getAllErrors().keySet().stream()
                    .map(node -> node.getEndPoint().resolve().toString().replaceFirst("^/", ""))
                    .collect(Collectors.joining(", "));
      } else {
        reason = Failures.describe(failure);
      }
      return "The executor on "
          + host()
          + " has no connection to the cluster. "
          + reason
          + ". Give contact points that all executors can reach";
    }

    private static String host() {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        return "an unknown host";
      }
    }

    static void giveBack(UUID id) {
      synchronized (OPEN) {
        Sessions its = Objects.requireNonNull(OPEN.get(id));
        its.users--;
        if (its.users == 0) {
          its.closing = Executors.newSingleThreadScheduledExecutor(SparkTask::thread);
          its.closing.schedule(() -> close(id), IDLE_SECONDS, TimeUnit.SECONDS);
        }
      }
    }

    private static void close(UUID id) {
      Sessions its;
      synchronized (OPEN) {
        its = OPEN.get(id);
        if (its == null || its.users > 0 || its.closing == null) {
          return;
        }
        OPEN.remove(id);
        its.closing.shutdown();
      }
      its.session.close();
    }
  }
}
