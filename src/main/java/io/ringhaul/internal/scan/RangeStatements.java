package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
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
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.nio.ByteBuffer;
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
 * The prepared range queries of one table, each prepared once and when it is first needed.
 *
 * <p>A bound statement carries the routing token and keyspace of its range, so that the driver's
 * token-aware policy sends it to a replica. Thread-safe.
 */
public final class RangeStatements {

  /** The three forms that a range without a wrap can take in CQL. */
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
  private final RowCondition condition;
  private final TokenMap tokens;
  private final @Nullable RowTokens rowTokens;
  private final Map<Shape, PreparedStatement> prepared = new EnumMap<>(Shape.class);
  private final KeySliceStatements slices;
  private final PartitionEnds ends;

  private RangeStatements(
      CqlSession session,
      TableDescription table,
      String selection,
      RowCondition condition,
      @Nullable RowTokens rowTokens) {
    this.session = session;
    this.table = table;
    this.selection = selection;
    this.condition = condition;
    this.tokens = session.getMetadata().getTokenMap().orElseThrow();
    this.rowTokens = rowTokens;
    this.slices = new KeySliceStatements(session, table, selection, condition);
    this.ends = new PartitionEnds(session, table, slices.slices());
  }

  /**
   * Queries that read columns, by name: an ALTER in the middle does not move them. Rows have one
   * value more at their end unless the whole partition key is among the columns.
   */
  public static RangeStatements selecting(
      CqlSession session, TableDescription table, Selection selection) {
    RowTokens rowTokens =
        new RowTokens(
            session.getMetadata().getTokenMap().orElseThrow(), table, selection.columns());
    String columns =
        selection.columns().stream()
            .map(SelectedColumn::expression)
            .collect(Collectors.joining(", "));
    return new RangeStatements(
        session, table, columns + rowTokens.selection(), selection.condition(), rowTokens);
  }

  /** Queries that count on the server. */
  public static RangeStatements counting(
      CqlSession session, TableDescription table, RowCondition condition) {
    return new RangeStatements(session, table, "count(*)", condition, null);
  }

  /**
   * Prepares the query now, so that what the server refuses is known before anything else is done.
   *
   * @return this
   * @throws InvalidSettingException if the server refuses the condition
   * @throws BulkOperationException if it refuses the query for another reason
   */
  public RangeStatements checked() {
    prepared(Shape.BETWEEN);
    return this;
  }

  /**
   * The query of one range, bound.
   *
   * @param piece a range that does not wrap, as {@link TokenRange#unwrap()} gives them
   */
  BoundStatement bind(TokenRange piece) {
    return bind(piece, null);
  }

  /**
   * The query of a slice of one token, bound.
   *
   * @param piece one token
   * @param slice a part of {@link #values()}; null for all of any piece
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
    return statement
        .setRoutingKeyspace(CqlIdentifier.fromInternal(table.keyspace()))
        .setRoutingToken(tokens.parse(Long.toString(piece.endInclusive())));
  }

  /** All values of the first clustering column; null if partitions cannot be divided by them. */
  @Nullable TokenRange values() {
    return slices.values();
  }

  /** The queries for the first and the last value of the first clustering column. */
  PartitionEnds ends() {
    return ends;
  }

  /** Tells the tokens of the rows that are read. */
  RowTokens rowTokens() {
    return Objects.requireNonNull(rowTokens, "a count reads no rows");
  }

  /** The table, for people. */
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
            "SELECT %s FROM %s WHERE %s%s%s",
            selection,
            table.cql(),
            String.format(shape.condition, token),
            condition.where().map(where -> " AND " + where).orElse(""),
            condition.allowFiltering() ? " ALLOW FILTERING" : "");
    try {
      return Preparation.prepare(session, cql);
    } catch (InvalidQueryException | SyntaxError e) {
      throw refused(cql, e);
    } catch (RuntimeException e) {
      throw Preparation.failed(cql, "The range query on " + table, e);
    }
  }

  /** The server's word on a query that it understood and will not run. */
  private BulkOperationException refused(String cql, QueryValidationException e) {
    if (condition.where().isEmpty()) {
      return Preparation.failed(cql, "The range query on " + table, e);
    }
    String said = String.valueOf(e.getMessage());
    return new InvalidSettingException(
        "where",
        said.contains("ALLOW FILTERING") && !condition.allowFiltering()
            ? String.format(
                "where (%s) on %s takes filtering on the server, where each replica reads all rows"
                    + " of its token ranges: use %s if that is what you want",
                condition.where().get(), table, Setting.ALLOW_FILTERING.call())
            : String.format(
                "The server refuses %s (%s) on %s: %s",
                Setting.WHERE.mark(), condition.where().get(), table, said));
  }

  /**
   * Asks which values the first clustering column has in a large partition, from the first row to
   * the last: slices between the two have rows, and slices of all values that the type has may well
   * have none but one. A hint for where to cut, never a bound of what is read. Thread-safe.
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
     * The values of one token's partition, from below the first to the last; empty if the partition
     * has fewer than two, or if that cannot be told.
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
        // There is nothing below the start of all, which is no bound.
        long start = values.all().startExclusive();
        return Optional.of(new TokenRange(least <= start ? start : least - 1, most));
      } catch (ExecutionException | RuntimeException e) {
        LOG.debug("{} has a large partition whose ends cannot be told", table, e);
        return Optional.empty();
      }
    }

    private @Nullable Row first(RequestSender sender, TokenRange token, BoundStatement statement)
        throws InterruptedException, ExecutionException {
      BoundStatement routed =
          statement
              .setPageSize(1)
              .setRoutingKeyspace(CqlIdentifier.fromInternal(table.keyspace()))
              .setRoutingToken(
                  session
                      .getMetadata()
                      .getTokenMap()
                      .orElseThrow()
                      .parse(Long.toString(token.endInclusive())));
      // Not worth a second attempt: the partition can be read without.
      Request request = new Request(routed, (same, failure) -> same, failure -> false);
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
   * The prepared queries of slices of one token: what is left where a token is too much to read at
   * once. The server calls it filtering, but it reads no more than the slice. Thread-safe.
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
    private final RowCondition condition;
    private final @Nullable KeySlices slices;
    private final Map<Ends, PreparedStatement> prepared = new HashMap<>();
    private boolean refused;

    KeySliceStatements(
        CqlSession session, TableDescription table, String selection, RowCondition condition) {
      this.session = session;
      this.table = table;
      this.selection = selection;
      this.condition = condition;
      this.slices = KeySlices.of(table).orElse(null);
    }

    /**
     * All values by which a token can be divided; null if it cannot: by the type of the first
     * clustering column, or because the server refuses such queries.
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
        // The condition bounds the same column, or a guardrail forbids filtering.
        LOG.debug("{} cannot be read in slices of a partition", table, e);
        refused = true;
        return null;
      }
    }

    /** The query, with the values bound. */
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

    /** How values of the first clustering column are written; null if they cannot be divided. */
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
                      "SELECT %s FROM %s WHERE %s = ?%s%s ALLOW FILTERING",
                      selection,
                      table.cql(),
                      RowTokens.expression(table),
                      bounds(missing),
                      condition.where().map(where -> " AND " + where).orElse(""))));
    }

    /** The first clustering column, which the table has. */
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
   * Divides a partition by the values of its first clustering column. The values of some types are
   * in the order of integers, and an interval of these is cut like a range of tokens, which it is
   * written as: start-exclusive and end-inclusive. What is at an end of all values has no bound
   * there.
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
    /** Days, with the epoch in the middle. */
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
    /** Their order is that of their time-stamps of 60 bits. */
    TIME_UUIDS(0, (1L << 60) - 1) {
      @Override
      ByteBuffer bytes(long value) {
        long time = value << 32 | (value >>> 32 & 0xffff) << 16 | 0x1000 | value >>> 48;
        // The last of all with this time-stamp: Cassandra compares the rest byte by byte, signed.
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

    /** How the partitions of a table can be divided; empty if they cannot. */
    static Optional<KeySlices> of(TableDescription table) {
      if (table.hasStatics()) {
        // A partition without rows gives its static values, but not to who asks for a slice of it.
        return Optional.empty();
      }
      return table.columns().stream()
          .filter(column -> column.kind() == Kind.CLUSTERING)
          .findFirst()
          .map(column -> OF_TYPES.get(column.type()));
    }

    /** All values. */
    TokenRange all() {
      return new TokenRange(first, last);
    }

    /** The serialized form of a value. */
    abstract ByteBuffer bytes(long value);

    /** The value of a serialized form, which is not empty. */
    abstract long value(ByteBuffer bytes);
  }
}
