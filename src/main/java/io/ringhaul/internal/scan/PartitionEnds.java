package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.internal.request.Preparation;
import io.ringhaul.internal.request.Request;
import io.ringhaul.internal.request.RequestSender;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.TableDescription;
import io.ringhaul.schema.TokenRange;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks which values the first clustering column has in a large partition, from the first row to the
 * last: slices between the two have rows, and slices of all values that the type has may well have
 * none but one. A hint for where to cut, never a bound of what is read. Thread-safe.
 */
final class PartitionEnds {

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
      Row key = first(sender, token, prepared(keyQuery()).bind().setLong(0, token.endInclusive()));
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
        key().stream().collect(Collectors.joining(", ")), table.cql(), RowTokens.expression(table));
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
