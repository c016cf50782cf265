package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.servererrors.SyntaxError;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.internal.ring.ScyllaDb;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The range queries of one table, each prepared once, on first use.
 *
 * <p>A bound statement carries the routing token and keyspace of its range, so that the driver's
 * token-aware policy sends it to a replica. Thread-safe.
 */
public final class RangeStatements {

  /** The three CQL conditions for a range that does not wrap. */
  private enum Shape {
    AFTER_START("%1$s > ?"),
    UP_TO_END("%1$s <= ?"),
    BETWEEN("%1$s > ? AND %1$s <= ?");

    private final String condition;

    Shape(String condition) {
      this.condition = condition;
    }
  }

  private final CqlSession session;
  private final TableDescription table;
  private final String selection;
  private final ScanClauses clauses;

  /** The clauses that only ScyllaDB has; empty for Cassandra. */
  private final String ofScyllaDb;

  private final @Nullable RowTokens rowTokens;
  private final Map<Shape, PreparedStatement> prepared = new EnumMap<>(Shape.class);
  private final KeySliceStatements slices;
  private final PartitionEnds ends;

  private RangeStatements(
      CqlSession session,
      TableDescription table,
      String selection,
      ScanClauses clauses,
      Duration timeout,
      @Nullable RowTokens rowTokens) {
    this.session = session;
    this.table = table;
    this.selection = selection;
    this.clauses = clauses;
    this.rowTokens = rowTokens;
    this.ofScyllaDb =
        ScyllaDb.of(session)
            .map(
                scylla ->
                    (clauses.throughCache() ? "" : " BYPASS CACHE")
                        + String.format(" USING TIMEOUT %dms", timeout.toMillis()))
            .orElse("");
    this.slices = new KeySliceStatements(session, table, selection, clauses, ofScyllaDb);
    this.ends = new PartitionEnds(session, table, slices.slices());
  }

  /**
   * Creates queries that read columns by name, so that an ALTER during the scan does not shift
   * them. Unless the columns include the whole partition key, rows have the token as an additional
   * last value.
   *
   * @param timeout when the driver gives up a request; ScyllaDB does so at the same time
   */
  public static RangeStatements selecting(
      CqlSession session, TableDescription table, Selection selection, Duration timeout) {
    RowTokens rowTokens = new RowTokens(table, selection.columns());
    String columns =
        selection.columns().stream()
            .map(SelectedColumn::expression)
            .collect(Collectors.joining(", "));
    return new RangeStatements(
        session, table, columns + rowTokens.selection(), selection.clauses(), timeout, rowTokens);
  }

  /**
   * Creates queries that count on the server.
   *
   * @param timeout when the driver gives up a request; ScyllaDB does so at the same time
   */
  public static RangeStatements counting(
      CqlSession session, TableDescription table, ScanClauses clauses, Duration timeout) {
    return new RangeStatements(session, table, "count(*)", clauses, timeout, null);
  }

  /**
   * Prepares the query now, so that a refusal is known before any other step.
   *
   * @return this
   * @throws InvalidSettingException if the server refuses the condition
   * @throws BulkOperationException if the server refuses the query for another reason
   */
  public RangeStatements checked() {
    prepared(Shape.BETWEEN);
    return this;
  }

  /**
   * Binds the query of one range.
   *
   * @param piece a range that does not wrap, from {@link TokenRange#unwrap()}
   */
  BoundStatement bind(TokenRange piece) {
    return bind(piece, null);
  }

  /**
   * Binds the query of a slice of one token.
   *
   * @param piece one token, or any range if {@code slice} is null
   * @param slice a part of {@link #values()}; null for all values
   */
  BoundStatement bind(TokenRange piece, @Nullable TokenRange slice) {
    boolean fromFirst = piece.startExclusive() == Long.MIN_VALUE;
    boolean toLast = piece.endInclusive() == Long.MAX_VALUE;
    BoundStatement statement;
    if (slice != null) {
      statement = slices.bind(piece, slice);
    } else if (toLast) {
      statement = prepared(Shape.AFTER_START).bind().setLong(0, piece.startExclusive());
    } else if (fromFirst) {
      statement = prepared(Shape.UP_TO_END).bind().setLong(0, piece.endInclusive());
    } else {
      statement =
          prepared(Shape.BETWEEN)
              .bind()
              .setLong(0, piece.startExclusive())
              .setLong(1, piece.endInclusive());
    }
    return routed(session, table, statement, piece.endInclusive());
  }

  /** Lets the driver's policy find the replicas of a token, if the driver knows them. */
  private static BoundStatement routed(
      CqlSession session, TableDescription table, BoundStatement statement, long token) {
    BoundStatement routed =
        statement.setRoutingKeyspace(CqlIdentifier.fromInternal(table.keyspace()));
    return session
        .getMetadata()
        .getTokenMap()
        .map(map -> routed.setRoutingToken(map.parse(Long.toString(token))))
        .orElse(routed);
  }

  /** Returns all values of the first clustering column; null if they cannot divide partitions. */
  @Nullable TokenRange values() {
    return slices.values();
  }

  /** Returns the queries for the first and last value of the first clustering column. */
  PartitionEnds ends() {
    return ends;
  }

  /** Returns the function from rows to their tokens. */
  RowTokens rowTokens() {
    return Objects.requireNonNull(rowTokens, "a count reads no rows");
  }

  /** Returns the table's name for messages. */
  String table() {
    return table.toString();
  }

  private synchronized PreparedStatement prepared(Shape shape) {
    return prepared.computeIfAbsent(shape, this::prepare);
  }

  private PreparedStatement prepare(Shape shape) {
    String token = RowTokens.expression(table);
    String cql =
        String.format(
            "SELECT %s FROM %s WHERE %s%s%s%s",
            selection,
            table.cql(),
            String.format(shape.condition, token),
            clauses.where().map(where -> " AND " + where).orElse(""),
            clauses.allowFiltering() ? " ALLOW FILTERING" : "",
            ofScyllaDb);
    try {
      return Preparation.prepare(session, cql);
    } catch (InvalidQueryException | SyntaxError e) {
      throw refused(cql, e);
    } catch (RuntimeException e) {
      throw Preparation.failed(cql, "The range query on " + table, e);
    }
  }

  /** Returns the exception for a valid query that the server refuses. */
  private BulkOperationException refused(String cql, QueryValidationException e) {
    if (clauses.where().isEmpty()) {
      return Preparation.failed(cql, "The range query on " + table, e);
    }
    String said = String.valueOf(e.getMessage());
    return new InvalidSettingException(
        "where",
        said.contains("ALLOW FILTERING") && !clauses.allowFiltering()
            ? String.format(
                "where (%s) on %s needs filtering on the server, so that each replica reads all"
                    + " rows of its token ranges: use %s to allow it",
                clauses.where().get(), table, Setting.ALLOW_FILTERING.call())
            : String.format(
                "The server refuses %s (%s) on %s: %s",
                Setting.WHERE.mark(), clauses.where().get(), table, said));
  }

  /**
   * Queries the first and last value of the first clustering column in a large partition. Slices
   * between the two values are likely to have rows, while slices of the whole type may all be empty
   * but one. The values only suggest where to divide and never limit the read. Thread-safe.
   */
  static final class PartitionEnds {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionEnds.class);

    private final CqlSession session;
    private final TableDescription table;
    private final @Nullable KeySlices slices;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    PartitionEnds(CqlSession session, TableDescription table, @Nullable KeySlices slices) {
      this.session = session;
      this.table = table;
      this.slices = slices;
    }

    /**
     * Returns the values of one token's partition, from below the first to the last; empty if the
     * partition has fewer than two values, or if they cannot be read.
     */
    Optional<TokenRange> of(TokenRange token, RequestSender sender) throws InterruptedException {
      KeySlices values = slices;
      if (values == null) {
        return Optional.empty();
      }
      try {
        Row key =
            first(sender, token, prepared(keyQuery()).bind().setLong(0, token.endInclusive()));
        if (key == null) {
          return Optional.empty();
        }
        Long least = value(values, first(sender, token, bind(endQuery("ASC"), key)));
        Long most = value(values, first(sender, token, bind(endQuery("DESC"), key)));
        if (least == null || most == null || least >= most) {
          return Optional.empty();
        }
        // The minimum has no value below it and no bound in queries.
        long start = values.all().startExclusive();
        return Optional.of(new TokenRange(least <= start ? start : least - 1, most));
      } catch (ExecutionException | RuntimeException e) {
        LOG.debug("Cannot read the first and last row of a large partition of {}", table, e);
        return Optional.empty();
      }
    }

    private @Nullable Row first(RequestSender sender, TokenRange token, BoundStatement statement)
        throws InterruptedException, ExecutionException {
      BoundStatement routed =
          routed(session, table, statement.setPageSize(1), token.endInclusive());
      // No retry: the partition can be read without this hint.
      Request request =
          new Request(routed, (same, failure) -> same, failure -> false).at(token.endInclusive());
      return sender.send(request).toCompletableFuture().get().one();
    }

    private BoundStatement bind(String query, Row key) {
      BoundStatement statement = prepared(query).bind();
      for (int i = 0; i < table.partitionKey().size(); i++) {
        statement = statement.setBytesUnsafe(i, key.getBytesUnsafe(i));
      }
      return statement;
    }

    private synchronized PreparedStatement prepared(String query) {
      return prepared.computeIfAbsent(query, cql -> Preparation.prepare(session, cql));
    }

    private String keyQuery() {
      return String.format(
          "SELECT %s FROM %s WHERE %s = ? LIMIT 1",
          key().stream().collect(Collectors.joining(", ")),
          table.cql(),
          RowTokens.expression(table));
    }

    private String endQuery(String order) {
      String column = KeySliceStatements.column(table);
      return String.format(
          "SELECT %s FROM %s WHERE %s ORDER BY %s %s LIMIT 1",
          column,
          table.cql(),
          key().stream().map(each -> each + " = ?").collect(Collectors.joining(" AND ")),
          column,
          order);
    }

    private List<String> key() {
      return table.partitionKey().stream()
          .map(ColumnDescription::name)
          .map(TableDescription::quote)
          .toList();
    }

    private static @Nullable Long value(KeySlices values, @Nullable Row row) {
      ByteBuffer bytes = row == null ? null : row.getBytesUnsafe(0);
      return bytes == null || !bytes.hasRemaining() ? null : values.value(bytes);
    }
  }

  /**
   * The queries of slices of one token, for tokens too large for one read. They need ALLOW
   * FILTERING, but the server reads only the slice. Thread-safe.
   */
  private static final class KeySliceStatements {

    private static final Logger LOG = LoggerFactory.getLogger(KeySliceStatements.class);

    private enum Ends {
      FROM_START,
      TO_END,
      BOTH
    }

    private final CqlSession session;
    private final TableDescription table;
    private final String selection;
    private final ScanClauses clauses;
    private final String ofScyllaDb;
    private final @Nullable KeySlices slices;
    private final Map<Ends, PreparedStatement> prepared = new HashMap<>();
    private boolean refused;

    KeySliceStatements(
        CqlSession session,
        TableDescription table,
        String selection,
        ScanClauses clauses,
        String ofScyllaDb) {
      this.session = session;
      this.table = table;
      this.selection = selection;
      this.clauses = clauses;
      this.ofScyllaDb = ofScyllaDb;
      this.slices = KeySlices.of(table).orElse(null);
    }

    /**
     * Returns all values that can divide a token; null if the type of the first clustering column
     * does not allow it, or if the server refuses such queries.
     */
    synchronized @Nullable TokenRange values() {
      if (slices == null || refused) {
        return null;
      }
      try {
        for (Ends ends : Ends.values()) {
          prepared(ends);
        }
        return slices.all();
      } catch (RuntimeException e) {
        // The condition restricts the same column, or a guardrail forbids filtering.
        LOG.debug("Cannot read slices of a partition of {}", table, e);
        refused = true;
        return null;
      }
    }

    /** Binds the query of a slice. */
    synchronized BoundStatement bind(TokenRange token, TokenRange slice) {
      KeySlices values = Objects.requireNonNull(slices);
      boolean fromStart = slice.startExclusive() == values.all().startExclusive();
      boolean toEnd = slice.endInclusive() == values.all().endInclusive();
      Ends ends = fromStart ? Ends.FROM_START : toEnd ? Ends.TO_END : Ends.BOTH;
      BoundStatement statement = prepared(ends).bind().setLong(0, token.endInclusive());
      int next = 1;
      if (ends != Ends.FROM_START) {
        statement = statement.setBytesUnsafe(next++, values.bytes(slice.startExclusive()));
      }
      if (ends != Ends.TO_END) {
        statement = statement.setBytesUnsafe(next, values.bytes(slice.endInclusive()));
      }
      return statement;
    }

    /**
     * Returns the encoding of the first clustering column's values; null if they cannot be divided.
     */
    @Nullable KeySlices slices() {
      return slices;
    }

    private PreparedStatement prepared(Ends ends) {
      return prepared.computeIfAbsent(
          ends,
          missing ->
              Preparation.prepare(
                  session,
                  String.format(
                      "SELECT %s FROM %s WHERE %s = ?%s%s ALLOW FILTERING%s",
                      selection,
                      table.cql(),
                      RowTokens.expression(table),
                      bounds(missing),
                      clauses.where().map(where -> " AND " + where).orElse(""),
                      ofScyllaDb)));
    }

    /** Returns the table's first clustering column in CQL; the table must have one. */
    static String column(TableDescription table) {
      return table.columns().stream()
          .filter(each -> each.kind() == Kind.CLUSTERING)
          .findFirst()
          .map(each -> TableDescription.quote(each.name()))
          .orElseThrow();
    }

    private String bounds(Ends ends) {
      String column = column(table);
      return switch (ends) {
        case FROM_START -> " AND " + column + " <= ?";
        case TO_END -> " AND " + column + " > ?";
        case BOTH -> " AND " + column + " > ? AND " + column + " <= ?";
      };
    }
  }

  /**
   * Divides a partition by the values of its first clustering column, for types whose values have
   * the order of integers. An interval of values is start-exclusive and end-inclusive and is
   * divided like a token range. The minimum and maximum of the type have no bound in queries.
   */
  private enum KeySlices {
    ONE_BYTE(Byte.MIN_VALUE, Byte.MAX_VALUE) {
      @Override
      ByteBuffer bytes(long value) {
        return ByteBuffer.allocate(Byte.BYTES).put((byte) value).flip();
      }

      @Override
      long value(ByteBuffer bytes) {
        return bytes.get(bytes.position());
      }
    },
    TWO_BYTES(Short.MIN_VALUE, Short.MAX_VALUE) {
      @Override
      ByteBuffer bytes(long value) {
        return ByteBuffer.allocate(Short.BYTES).putShort((short) value).flip();
      }

      @Override
      long value(ByteBuffer bytes) {
        return bytes.getShort(bytes.position());
      }
    },
    FOUR_BYTES(Integer.MIN_VALUE, Integer.MAX_VALUE) {
      @Override
      ByteBuffer bytes(long value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt((int) value).flip();
      }

      @Override
      long value(ByteBuffer bytes) {
        return bytes.getInt(bytes.position());
      }
    },
    /** Days, with the epoch in the middle of the range. */
    UNSIGNED_FOUR_BYTES(0, 0xffff_ffffL) {
      @Override
      ByteBuffer bytes(long value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt((int) value).flip();
      }

      @Override
      long value(ByteBuffer bytes) {
        return Integer.toUnsignedLong(bytes.getInt(bytes.position()));
      }
    },
    EIGHT_BYTES(Long.MIN_VALUE, Long.MAX_VALUE) {
      @Override
      ByteBuffer bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).flip();
      }

      @Override
      long value(ByteBuffer bytes) {
        return bytes.getLong(bytes.position());
      }
    },
    /** Ordered by their 60-bit timestamps. */
    TIME_UUIDS(0, (1L << 60) - 1) {
      @Override
      ByteBuffer bytes(long value) {
        long time = value << 32 | (value >>> 32 & 0xffff) << 16 | 0x1000 | value >>> 48;
        // The last UUID with this timestamp: Cassandra compares the remaining bytes as signed.
        UUID last = new UUID(time, 0x7f7f_7f7f_7f7f_7f7fL);
        return ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(last.getMostSignificantBits())
            .putLong(last.getLeastSignificantBits())
            .flip();
      }

      @Override
      long value(ByteBuffer bytes) {
        long time = bytes.getLong(bytes.position());
        return (time & 0xfff) << 48 | (time >>> 16 & 0xffff) << 32 | time >>> 32;
      }
    };

    private static final Map<DataType, KeySlices> OF_TYPES =
        Map.of(
            DataTypes.TINYINT, ONE_BYTE,
            DataTypes.SMALLINT, TWO_BYTES,
            DataTypes.INT, FOUR_BYTES,
            DataTypes.DATE, UNSIGNED_FOUR_BYTES,
            DataTypes.BIGINT, EIGHT_BYTES,
            DataTypes.TIMESTAMP, EIGHT_BYTES,
            DataTypes.TIMEUUID, TIME_UUIDS);

    private final long first;
    private final long last;

    KeySlices(long first, long last) {
      this.first = first;
      this.last = last;
    }

    /** Returns how to divide the partitions of a table; empty if they cannot be divided. */
    static Optional<KeySlices> of(TableDescription table) {
      if (table.hasStatics()) {
        // A partition without rows returns its static values, but not for a slice.
        return Optional.empty();
      }
      return table.columns().stream()
          .filter(column -> column.kind() == Kind.CLUSTERING)
          .findFirst()
          .map(column -> OF_TYPES.get(column.type()));
    }

    /** Returns all values. */
    TokenRange all() {
      return new TokenRange(first, last);
    }

    /** Returns the serialized form of a value. */
    abstract ByteBuffer bytes(long value);

    /** Returns the value of a non-empty serialized form. */
    abstract long value(ByteBuffer bytes);
  }
}
