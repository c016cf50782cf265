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
 * Asks nodes which table a name stands for, and when that table was last truncated. Each node
 * answers for itself, from the tables that it keeps of the schema and of itself, which every role
 * may read. Costs two requests of one row for each node that is asked.
 */
final class TableQuestion {

  /** The last truncation of a table that was never truncated. */
  static final Instant NEVER = Instant.MIN;

  private static final Logger LOG = LoggerFactory.getLogger(TableQuestion.class);

  /** A node that hangs holds up an operation for no longer than this. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** The map of truncations has a position in the commit log, and then the time. */
  private static final SimpleStatement TRUNCATIONS =
      SimpleStatement.newInstance("SELECT truncated_at FROM system.local");

  /**
   * What a node says.
   *
   * @param id empty if the node has no table of that name
   * @param truncated {@link #NEVER} if the table was not truncated; empty if the node does not say,
   *     as ScyllaDB, which keeps these times elsewhere
   */
  record Answer(Node node, Optional<UUID> id, Optional<Instant> truncated) {}

  /**
   * What the nodes say.
   *
   * @param answers of the nodes that answered
   * @param failure why one of the others did not; null if all did
   */
  record Answers(List<Answer> answers, @Nullable Throwable failure) {}

  private record Reply(Node node, @Nullable Answer answer, @Nullable Throwable failure) {}

  private final CqlSession session;
  private final Optional<String> executionProfile;
  private final SimpleStatement id;

  /**
   * @param relations in which of its tables the schema has the name, the one of views or another
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
  }

  /** The nodes that may coordinate requests of the session and are up. */
  List<Node> nodes() {
    return session.getMetadata().getNodes().values().stream()
        .filter(node -> node.getState() == NodeState.UP)
        .filter(node -> node.getDistance() != NodeDistance.IGNORED)
        .toList();
  }

  /** Asks all of these nodes at once. Never fails: a node that does not answer has no answer. */
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
                LOG.debug("{} does not say which table it has: {}", node, failure.toString());
              }
              return new Reply(node, answer, failure == null ? null : Failures.unwrap(failure));
            })
        .toCompletableFuture();
  }

  private CompletionStage<Optional<Instant>> truncated(UUID table, Node node) {
    return execute(TRUNCATIONS, node)
        .handle(
            (rows, failure) -> {
              try {
                if (failure == null) {
                  return Optional.of(time(rows.one(), table));
                }
                LOG.debug("{} does not say what was truncated: {}", node, failure.toString());
              } catch (RuntimeException e) {
                LOG.debug("{} says in another form what was truncated: {}", node, e.toString());
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
