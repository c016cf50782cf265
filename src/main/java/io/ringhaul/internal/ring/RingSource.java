package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.UnsupportedClusterException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the token ring of a table comes from: from its tablets, if the cluster is ScyllaDB and the
 * table is on tablets, else from the virtual nodes of the cluster.
 */
public final class RingSource {

  private static final Logger LOG = LoggerFactory.getLogger(RingSource.class);

  /** Tablets are split and merged within a moment. */
  private static final int ATTEMPTS = 5;

  private static final long PAUSE_MILLIS = 300;

  private final CqlSession session;
  private final CqlIdentifier keyspace;
  private final @Nullable CqlIdentifier table;
  private final boolean mayHaveTablets;

  /**
   * The source of the ring of a table in a cluster of known kind.
   *
   * @param table null for the ring of the keyspace's virtual nodes
   */
  RingSource(
      CqlSession session,
      CqlIdentifier keyspace,
      @Nullable CqlIdentifier table,
      boolean mayHaveTablets) {
    this.session = session;
    this.keyspace = keyspace;
    this.table = table;
    this.mayHaveTablets = mayHaveTablets;
  }

  /** The source of a table's or view's ring. */
  public static RingSource of(CqlSession session, CqlIdentifier keyspace, CqlIdentifier table) {
    return new RingSource(session, keyspace, table, ScyllaDb.of(session).isPresent());
  }

  /**
   * Reads the ring as it is now. Without tablets, and with a token map in the driver, this takes no
   * query.
   *
   * @param datacenter the data centre whose replicas are listed; null lists those of all
   * @throws UnsupportedClusterException if the partitioner is not Murmur3Partitioner, the keyspace
   *     is unknown or local to each node, a range has no replica in the data centre, or the ranges
   *     do not tile the ring
   * @throws BulkOperationException if the cluster does not answer
   */
  public TokenRing read(@Nullable String datacenter) {
    for (int attempt = 1; ; attempt++) {
      try {
        return readAsync(datacenter).toCompletableFuture().join();
      } catch (CompletionException e) {
        if (!(e.getCause() instanceof IncompleteTablets) || attempt == ATTEMPTS) {
          throw failure(e.getCause());
        }
      }
      pause();
    }
  }

  /** Reads the ring without waiting. Fails as {@link #read} does, but after one attempt. */
  CompletionStage<TokenRing> readAsync(@Nullable String datacenter) {
    KeyspaceMetadata description;
    try {
      description = replicated();
    } catch (UnsupportedClusterException e) {
      return CompletableFuture.failedFuture(e);
    }
    return tablets()
        .thenCompose(
            tablets -> {
              if (tablets.defect() != null) {
                throw new IncompleteTablets(tablets.defect());
              }
              return tablets.ranges().isEmpty()
                  ? Vnodes.read(session, description)
                      .thenApply(ranges -> TokenRing.of(ranges, keyspace, datacenter, false))
                  : CompletableFuture.completedFuture(
                      TokenRing.of(tablets.ranges(), keyspace, datacenter, true));
            });
  }

  private CompletionStage<Tablets> tablets() {
    Optional<UUID> id =
        mayHaveTablets && table != null
            ? ScyllaDb.tableId(session, keyspace, table)
            : Optional.empty();
    CompletableFuture<Tablets> none =
        CompletableFuture.completedFuture(new Tablets(List.of(), null));
    return id.isEmpty()
        ? none
        : Tablets.read(session, id.get())
            .handle(
                (tablets, failure) -> {
                  if (failure == null) {
                    return CompletableFuture.completedFuture(tablets);
                  }
                  if (cause(failure) instanceof QueryValidationException refused) {
                    // A version without tablets, or a role that may not read where they are.
                    LOG.warn(
                        "Cannot read the tablets of {}.{}, so that requests may go to nodes that"
                            + " are no replicas: {}",
                        keyspace.asCql(true),
                        String.valueOf(table),
                        refused.getMessage());
                    return none;
                  }
                  return CompletableFuture.<Tablets>failedFuture(failure);
                })
            .thenCompose(tablets -> tablets);
  }

  private KeyspaceMetadata replicated() {
    KeyspaceMetadata description =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .orElseThrow(
                () ->
                    new UnsupportedClusterException(
                        "The session knows no keyspace "
                            + keyspace.asCql(true)
                            + ": it does not exist, or the session's settings"
                            + " advanced.metadata.schema.enabled and"
                            + " advanced.metadata.schema.refreshed-keyspaces leave it out."));
    String strategy = description.getReplication().getOrDefault("class", "");
    if (description.isVirtual() || strategy.endsWith("LocalStrategy")) {
      throw new UnsupportedClusterException(
          "The keyspace "
              + keyspace.asCql(true)
              + " is local to each node, so it has no token ring; read it node by node.");
    }
    return description;
  }

  private BulkOperationException failure(@Nullable Throwable failure) {
    if (failure instanceof IncompleteTablets incomplete) {
      return new UnsupportedClusterException(
          String.format(
              "The tablets of %s.%s are not complete in system.tablets, also after %d reads: %s."
                  + " Try again when the cluster does not split, merge or move tablets.",
              keyspace.asCql(true), table, ATTEMPTS, incomplete.getMessage()));
    }
    return failure instanceof BulkOperationException known
        ? known
        : new BulkOperationException(
            "The token ring of keyspace "
                + keyspace.asCql(true)
                + " cannot be read from the cluster: "
                + (failure == null ? "" : failure.getMessage()),
            failure);
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BulkOperationException("The thread was interrupted while it read tablets", e);
    }
  }

  /** The rows of system.tablets are no complete map at this moment. */
  private static final class IncompleteTablets extends RuntimeException {
    private static final long serialVersionUID = 1L;

    IncompleteTablets(String defect) {
      super(defect);
    }
  }
}
