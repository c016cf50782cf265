package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
import com.datastax.oss.driver.api.core.cql.ExecutionInfo;
import com.datastax.oss.driver.api.core.cql.Statement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.exceptions.BulkOperationException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The token rings of the tables that an operation uses, kept current while it runs. A ring is read
 * on first use, in the calling thread. Later it is read again without waiting: when the driver's
 * token map changes; and where the driver does not know the replicas, every 30 s, or after a second
 * if {@linkplain #learn a node says} that it changed. A ring that cannot be read again stays as it
 * is, since replicas are hints. Thread-safe.
 */
public final class TableRings {

  private static final Logger LOG = LoggerFactory.getLogger(TableRings.class);
  private static final long MOST_AGE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long LEAST_AGE_NANOS = Duration.ofSeconds(1).toNanos();

  /** The payload of an answer for a tablet that is not on the node that was asked. */
  private static final String TABLETS_CHANGED = "tablets-routing-v1";

  /**
   * @param table null if it is not known or does not matter: its rows are taken to be on vnodes
   */
  private record TableName(CqlIdentifier keyspace, @Nullable CqlIdentifier table) {}

  private final CqlSession session;
  private final Optional<String> datacenter;
  private final boolean mayHaveTablets;
  private final Map<TableName, CurrentRing> rings = new ConcurrentHashMap<>();

  /**
   * Creates rings that are read from a session, which the caller closes.
   *
   * @param datacenter the data centre of the replicas; empty for the session's local one
   */
  public TableRings(CqlSession session, Optional<String> datacenter) {
    this.session = session;
    this.datacenter = datacenter;
    this.mayHaveTablets = ScyllaDb.of(session).isPresent();
  }

  /** Returns whether the driver's policy finds the replicas for a statement. */
  public boolean areKnownToDriver(Statement<?> statement) {
    CqlIdentifier keyspace = statement.getRoutingKeyspace();
    if (keyspace == null) {
      return true;
    }
    if (!mayHaveTablets) {
      return session.getMetadata().getTokenMap().isPresent();
    }
    CurrentRing current = current(keyspace, statement);
    TokenRing ring = current.ring();
    return current.isKnownToDriver && (ring == null || !ring.isOnTablets());
  }

  /**
   * Returns the ring of a statement's table, with the replicas of one data centre; null if it
   * cannot be read.
   *
   * @param keyspace the keyspace of the statement
   */
  public @Nullable TokenRing of(CqlIdentifier keyspace, Statement<?> statement) {
    return current(keyspace, statement).ring();
  }

  private CurrentRing current(CqlIdentifier keyspace, Statement<?> statement) {
    TableName name = name(keyspace, statement);
    // Each request comes here, and get() takes no lock.
    CurrentRing known = rings.get(name);
    return known == null ? rings.computeIfAbsent(name, CurrentRing::new) : known;
  }

  /** Reads a ring again soon if the answer of a node says that it changed. */
  public void learn(Statement<?> statement, ExecutionInfo answer) {
    CqlIdentifier keyspace = statement.getRoutingKeyspace();
    if (keyspace != null && answer.getIncomingPayload().containsKey(TABLETS_CHANGED)) {
      CurrentRing current = rings.get(name(keyspace, statement));
      if (current != null) {
        current.mostAge = LEAST_AGE_NANOS;
      }
    }
  }

  /** Without tablets, all tables of a keyspace share the ring of its virtual nodes. */
  private TableName name(CqlIdentifier keyspace, Statement<?> statement) {
    return new TableName(keyspace, mayHaveTablets ? table(statement) : null);
  }

  /**
   * The table of a bound statement, which its variables name, or of the first statement of a batch;
   * null if it is not known.
   */
  private static @Nullable CqlIdentifier table(Statement<?> statement) {
    if (statement instanceof BatchStatement batch) {
      return batch.size() == 0 ? null : table(batch.iterator().next());
    }
    if (!(statement instanceof BoundStatement bound)) {
      return null;
    }
    ColumnDefinitions variables = bound.getPreparedStatement().getVariableDefinitions();
    return variables.size() == 0 ? null : variables.get(0).getTable();
  }

  private final class CurrentRing {

    private final RingSource source;
    private final CqlIdentifier keyspace;
    private final AtomicBoolean reading = new AtomicBoolean();
    private volatile @Nullable TokenRing ring;

    /** The driver's token map when the ring was read; null if it had none. */
    private volatile @Nullable TokenMap tokenMap;

    private volatile boolean isKnownToDriver;
    private volatile long readAt;
    private volatile long mostAge = MOST_AGE_NANOS;

    CurrentRing(TableName name) {
      this.keyspace = name.keyspace();
      this.source = new RingSource(session, keyspace, name.table(), mayHaveTablets);
      this.tokenMap = session.getMetadata().getTokenMap().orElse(null);
      this.isKnownToDriver = Vnodes.isKnownToDriver(tokenMap, keyspace);
      this.readAt = System.nanoTime();
      try {
        this.ring = source.read(LocalNodes.of(session, datacenter).datacenter());
      } catch (BulkOperationException e) {
        LOG.debug("The ring of {} is not known", name, e);
      }
    }

    @Nullable TokenRing ring() {
      TokenRing known = ring;
      TokenMap map = session.getMetadata().getTokenMap().orElse(null);
      boolean isStill = map == tokenMap;
      if (isStill && isKnownToDriver && (known == null || !known.isOnTablets())) {
        return known;
      }
      boolean isOld = System.nanoTime() - readAt > mostAge;
      if ((isOld || !isStill) && reading.compareAndSet(false, true)) {
        readAgain(map);
      }
      return ring;
    }

    private void readAgain(@Nullable TokenMap map) {
      try {
        source
            .readAsync(LocalNodes.of(session, datacenter).datacenter())
            .whenComplete((read, failure) -> readAgain(map, read, failure));
      } catch (RuntimeException e) {
        readAgain(map, null, e);
      }
    }

    private void readAgain(
        @Nullable TokenMap map, @Nullable TokenRing read, @Nullable Throwable failure) {
      if (read == null) {
        LOG.debug("The ring of keyspace {} cannot be read again", keyspace, failure);
        if (map != null && !mayHaveTablets) {
          // The keyspace has no replicas here any more.
          ring = null;
        }
      } else {
        ring = read;
      }
      tokenMap = map;
      isKnownToDriver = Vnodes.isKnownToDriver(map, keyspace);
      readAt = System.nanoTime();
      mostAge = MOST_AGE_NANOS;
      reading.set(false);
    }
  }
}
