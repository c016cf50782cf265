package io.ringhaul.internal.operation;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.loadbalancing.NodeDistance;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import io.ringhaul.internal.request.Failures;
import io.ringhaul.internal.ring.ScyllaDb;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queries nodes for the id of a table and for the time of its last truncation. Each node answers
 * from its own {@code system} and {@code system_schema} tables, which every role may read. Costs
 * two requests of one row for each node.
 */
final class TableQuestion {

  /** The truncation time of a table that was never truncated. */
  static final Instant NEVER = Instant.MIN;

  private static final Logger LOG = LoggerFactory.getLogger(TableQuestion.class);

  /** The timeout of a query, which limits the delay by a hanging node. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** A value of this map is a position in the commit log, followed by the time. */
  private static final SimpleStatement TRUNCATIONS =
      SimpleStatement.newInstance("SELECT truncated_at FROM system.local");

  private static final String TRUNCATION_ON_SCYLLADB =
      "SELECT truncated_at FROM system.truncated WHERE table_uuid = ? LIMIT 1";

  /**
   * The answer of a node.
   *
   * @param id empty if the node has no table of that name
   * @param truncated {@link #NEVER} if the table was not truncated; empty if the node does not tell
   */
  record Answer(Node node, Optional<UUID> id, Optional<Instant> truncated) {}

  /**
   * The answers of all nodes.
   *
   * @param answers the answers of the nodes that answered
   * @param failure the failure of a node that did not answer; null if all answered
   */
  record Answers(List<Answer> answers, @Nullable Throwable failure) {}

  private record Reply(Node node, @Nullable Answer answer, @Nullable Throwable failure) {}

  private final CqlSession session;
  private final Optional<String> executionProfile;
  private final SimpleStatement id;
  private final boolean onScyllaDb;

  /**
   * @param relations {@code system_schema.tables} or {@code system_schema.views}, without schema
   */
  TableQuestion(
      CqlSession session,
      Optional<String> executionProfile,
      String relations,
      CqlIdentifier keyspace,
      CqlIdentifier table) {
    this.session = session;
    this.executionProfile = executionProfile;
    this.id =
        SimpleStatement.newInstance(
            "SELECT id FROM system_schema."
                + relations
                + " WHERE keyspace_name = ? AND "
                + (relations.equals("views") ? "view_name" : "table_name")
                + " = ?",
            keyspace.asInternal(),
            table.asInternal());
    this.onScyllaDb = ScyllaDb.of(session).isPresent();
  }

  /** The nodes that may coordinate requests of the session and are up. */
  List<Node> nodes() {
    return session.getMetadata().getNodes().values().stream()
        .filter(node -> node.getState() == NodeState.UP)
        .filter(node -> node.getDistance() != NodeDistance.IGNORED)
        .toList();
  }

  /** Queries these nodes in parallel. Never fails: the failure of a node is part of the result. */
  CompletableFuture<Answers> ask(List<Node> nodes) {
    List<CompletableFuture<Reply>> replies = nodes.stream().map(this::ask).toList();
    return CompletableFuture.allOf(replies.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            all -> {
              List<Answer> answers = new ArrayList<>();
              @Nullable Throwable failure = null;
              for (CompletableFuture<Reply> each : replies) {
                Reply reply = each.join();
                if (reply.answer() != null) {
                  answers.add(reply.answer());
                } else {
                  failure = reply.failure();
                }
              }
              return new Answers(List.copyOf(answers), failure);
            });
  }

  private CompletableFuture<Reply> ask(Node node) {
    return execute(id, node)
        .thenCompose(
            rows -> {
              Optional<UUID> found = Optional.ofNullable(rows.one()).map(row -> row.getUuid(0));
              return found
                  .map(table -> truncated(table, node))
                  .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
                  .thenApply(truncated -> new Answer(node, found, truncated));
            })
        .handle(
            (answer, failure) -> {
              if (failure != null) {
                LOG.debug(
                    "{} did not answer the query for the table id: {}", node, failure.toString());
              }
              return new Reply(node, answer, failure == null ? null : Failures.unwrap(failure));
            })
        .toCompletableFuture();
  }

  private CompletionStage<Optional<Instant>> truncated(UUID table, Node node) {
    return execute(
            onScyllaDb ? SimpleStatement.newInstance(TRUNCATION_ON_SCYLLADB, table) : TRUNCATIONS,
            node)
        .handle(
            (rows, failure) -> {
              try {
                if (failure == null) {
                  Row row = rows.one();
                  return Optional.of(onScyllaDb ? timeOnScyllaDb(row) : time(row, table));
                }
                LOG.debug(
                    "{} did not answer the query for truncations: {}", node, failure.toString());
              } catch (RuntimeException e) {
                LOG.debug(
                    "{} answered the query for truncations in an unknown form: {}",
                    node,
                    e.toString());
              }
              return Optional.empty();
            });
  }

  private static Instant time(@Nullable Row local, UUID table) {
    @Nullable Map<UUID, ByteBuffer> truncations =
        local == null ? null : local.getMap(0, UUID.class, ByteBuffer.class);
    @Nullable ByteBuffer record = truncations == null ? null : truncations.get(table);
    return record == null
        ? NEVER
        : Instant.ofEpochMilli(record.getLong(record.limit() - Long.BYTES));
  }

  private static Instant timeOnScyllaDb(@Nullable Row table) {
    @Nullable Instant time = table == null ? null : table.getInstant(0);
    return time == null ? NEVER : time;
  }

  private CompletionStage<AsyncResultSet> execute(SimpleStatement statement, Node node) {
    SimpleStatement timed =
        statement
            .setNode(node)
            .setTimeout(PATIENCE)
            .setIdempotent(true)
            .setConsistencyLevel(DefaultConsistencyLevel.ONE);
    try {
      return session.executeAsync(
          executionProfile.map(timed::setExecutionProfileName).orElse(timed));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
