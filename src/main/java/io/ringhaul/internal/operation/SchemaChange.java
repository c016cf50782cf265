package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.api.core.servererrors.AlreadyExistsException;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.OperationCancelledException;
import io.ringhaul.internal.metrics.ProgressMeter;
import io.ringhaul.internal.metrics.ProgressMeter.Earlier;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.request.RequestSettings;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Changes the cluster's schema, one statement after another. */
final class SchemaChange {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long PAUSE_MILLIS = 50;

  private final CqlSession session;
  private final RequestSettings requests;

  SchemaChange(CqlSession session, RequestSettings requests) {
    this.session = session;
    this.requests = requests;
  }

  /**
   * Runs the statement and waits until all nodes know what it did.
   *
   * @throws AlreadyExistsException if what it makes is there
   * @throws BulkOperationException if the cluster refuses it, or the nodes do not agree in time
   */
  void run(String cql) {
    try {
      session.execute(settled(SimpleStatement.newInstance(cql)));
    } catch (AlreadyExistsException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new BulkOperationException(
          String.format("The schema could not be changed (%s): %s", cql, Failures.describe(e)), e);
    }
    awaitAgreement();
  }

  /**
   * Waits until all nodes have the same schema, and lets the session read it. The driver asks one
   * node only, which says so too as long as it has not heard of the change.
   *
   * @throws BulkOperationException if they do not agree within a minute
   */
  void awaitAgreement() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isAgreed()) {
      if (System.nanoTime() - deadline > 0) {
        throw new BulkOperationException(
            String.format(
                "The nodes did not agree on the schema within %d s; see nodetool describecluster,"
                    + " and run the import again when they do",
                PATIENCE.toSeconds()));
      }
      pause();
    }
    session.refreshSchema();
  }

  /** A session whose driver is not to check never says that the nodes agree. */
  private boolean isAgreed() {
    boolean isChecked =
        !session
            .getContext()
            .getConfig()
            .getDefaultProfile()
            .getDuration(DefaultDriverOption.CONTROL_CONNECTION_AGREEMENT_TIMEOUT)
            .isZero();
    return versions().size() <= 1 && (!isChecked || session.checkSchemaAgreement());
  }

  /** The versions of the schema that the nodes have, as far as the session can ask them. */
  private Set<UUID> versions() {
    Set<UUID> versions = new HashSet<>();
    for (Node node : session.getMetadata().getNodes().values()) {
      if (node.getDistance() != NodeDistance.IGNORED && node.getState() == NodeState.UP) {
        version(node).ifPresent(versions::add);
      }
    }
    return versions;
  }

  private Optional<UUID> version(Node node) {
    SimpleStatement question =
        SimpleStatement.newInstance("SELECT schema_version FROM system.local").setNode(node);
    try {
      @Nullable Row row = session.execute(settled(question)).one();
      return Optional.ofNullable(row).map(answer -> answer.getUuid(0));
    } catch (RuntimeException e) {
      if (Failures.isPassing(e)) {
        // A node that has just gone down has no say; the driver hears of it in a moment.
        return Optional.empty();
      }
      throw Failures.notPassing(e, "Asking " + node.getEndPoint() + " for its schema");
    }
  }

  private SimpleStatement settled(SimpleStatement statement) {
    SimpleStatement timed = statement.setTimeout(requests.timeout()).setPageSize(1);
    return requests.executionProfile().map(timed::setExecutionProfileName).orElse(timed);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OperationCancelledException(
          "The import was cancelled while the table was made; no row was written",
          new ProgressMeter(0, 0, 0, Earlier.NOTHING).totals(0));
    }
  }
}
