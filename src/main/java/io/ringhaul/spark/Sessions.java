package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.request.Failures;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/** The sessions of this process. Spark's tasks share nothing else that lives longer than they. */
final class Sessions {

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

  /**
   * Leases the session of this process.
   *
   * @throws BulkOperationException if no node can be reached
   */
  static CqlSession lease(SparkTask.Source source) {
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
  private static Sessions open(SparkTask.Source source, long asked) {
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
    return (TaskContext.get() == null ? "Spark's driver on " : "The executor on ")
        + host()
        + " has no connection to the cluster. "
        + reason
        + ". Give contact points that the driver and all executors can reach";
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

  /** Gives the session back and closes it, unless tasks still use it. */
  static void end(UUID id) {
    giveBack(id);
    close(id);
  }

  private static void close(UUID id) {
    Sessions its;
    ScheduledExecutorService timer;
    synchronized (OPEN) {
      its = OPEN.get(id);
      if (its == null || its.users > 0 || its.closing == null) {
        return;
      }
      timer = its.closing;
      OPEN.remove(id);
    }
    its.session.close();
    timer.shutdownNow();
  }
}
