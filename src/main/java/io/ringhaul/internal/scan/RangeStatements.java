package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.servererrors.SyntaxError;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
}
