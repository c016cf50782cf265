package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The prepared queries of slices of one token: what is left where a token is too much to read at
 * once. The server calls it filtering, but it reads no more than the slice. Thread-safe.
 */
final class KeySliceStatements {

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
