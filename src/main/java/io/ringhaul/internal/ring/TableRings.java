package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.ColumnDefinitions;
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
 * if {@linkplain #isOutdated a node says} that it changed. A ring that cannot be read again stays
 * as it is, since replicas are hints. Thread-safe.
 */
public final class TableRings {

  private static final Logger LOG = LoggerFactory.getLogger(TableRings.class);
  private static final long MOST_AGE_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long LEAST_AGE_NANOS = Duration.ofSeconds(1).toNanos();

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

  /**
   * Returns whether the driver's policy finds the replicas of a table's rows.
   *
   * @param table null if the table is not known
   */
  public boolean areKnownToDriver(CqlIdentifier keyspace, @Nullable CqlIdentifier table) {
    if (!mayHaveTablets) {
      return session.getMetadata().getTokenMap().isPresent();
    }
    CurrentRing current = current(keyspace, table);
    TokenRing ring = current.ring();
    return current.isKnownToDriver && (ring == null || !ring.isOnTablets());
  }

  /**
   * Returns the ring of a table, with the replicas of one data centre; null if it cannot be read.
   *
   * @param table null if the table is not known; its rows are then taken to be on virtual nodes
   */
  public @Nullable TokenRing of(CqlIdentifier keyspace, @Nullable CqlIdentifier table) {
    return current(keyspace, table).ring();
  }

  private CurrentRing current(CqlIdentifier keyspace, @Nullable CqlIdentifier table) {
    TableName name = name(keyspace, table);
    CurrentRing current = rings.get(name);
    return current == null ? rings.computeIfAbsent(name, CurrentRing::new) : current;
  }

  /** Without tablets, all tables of a keyspace share the ring of its virtual nodes. */
  private TableName name(CqlIdentifier keyspace, @Nullable CqlIdentifier table) {
    return new TableName(keyspace, mayHaveTablets ? table : null);
  }

  /** Returns the table of a bound statement, which its variables name; null without variables. */
  public static @Nullable CqlIdentifier table(BoundStatement statement) {
    ColumnDefinitions variables = statement.getPreparedStatement().getVariableDefinitions();
    return variables.size() == 0 ? null : variables.get(0).getTable();
  }

  /** Reads the ring of a table again soon, because a node says that it changed. */
  public void isOutdated(CqlIdentifier keyspace, @Nullable CqlIdentifier table) {
    CurrentRing current = rings.get(name(keyspace, table));
    if (current != null) {
      current.mostAge = LEAST_AGE_NANOS;
    }
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
