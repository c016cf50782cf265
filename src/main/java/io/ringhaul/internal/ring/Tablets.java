package io.ringhaul.internal.ring;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.ringhaul.internal.ring.TokenRing.PlacedRange;
import io.ringhaul.schema.TokenRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The tablets of a ScyllaDB table, from {@code system.tablets}, which every node has. A tablet
 * holds the tokens after the last one of the tablet before it, up to its own last token.
 *
 * @param ranges the tablets in token order; empty if the table is not on tablets
 * @param defect why the rows are no complete map, as while tablets are split or merged; null if
 *     they are
 */
record Tablets(List<PlacedRange> ranges, @Nullable String defect) {

  private static final int PAGE_SIZE = 1_000;

  /**
   * Reads the tablets of a table.
   *
   * @param id the id of the table or view
   */
  static CompletionStage<Tablets> read(CqlSession session, UUID id) {
    return new Reading(session).read(id, true).thenApply(Reading::tablets);
  }

  private static final class Reading {

    private final CqlSession session;
    private final NavigableMap<Long, List<Node>> replicas = new TreeMap<>();
    private @Nullable UUID base;
    private int count = -1;

    Reading(CqlSession session) {
      this.session = session;
    }

    CompletionStage<Reading> read(UUID id, boolean mayHaveBase) {
      // All columns, since only newer versions have base_table.
      return session
          .executeAsync(
              ScyllaDb.system("SELECT * FROM system.tablets WHERE table_id = ?", id)
                  .setPageSize(PAGE_SIZE))
          .thenCompose(this::addAll)
          .thenCompose(
              read ->
                  // A view or a table may share the tablets of another table.
                  replicas.isEmpty() && base != null && mayHaveBase
                      ? new Reading(session).read(base, false)
                      : CompletableFuture.completedFuture(this));
    }

    private CompletionStage<Reading> addAll(AsyncResultSet rows) {
      boolean hasBase = rows.getColumnDefinitions().contains("base_table");
      for (Row row : rows.currentPage()) {
        base = hasBase ? row.getUuid("base_table") : null;
        count = row.isNull("tablet_count") ? count : row.getInt("tablet_count");
        if (!row.isNull("last_token")) {
          replicas.put(row.getLong("last_token"), replicas(row));
        }
      }
      return rows.hasMorePages()
          ? rows.fetchNextPage().thenCompose(this::addAll)
          : CompletableFuture.completedFuture(this);
    }

    /** The nodes that hold a tablet now; one that moves is read from where it was. */
    private List<Node> replicas(Row row) {
      Map<UUID, Node> nodes = session.getMetadata().getNodes();
      List<Node> known = new ArrayList<>();
      List<TupleValue> placed = row.getList("replicas", TupleValue.class);
      for (TupleValue replica : placed == null ? List.<TupleValue>of() : placed) {
        Node node = nodes.get(replica.getUuid(0));
        if (node != null) {
          known.add(node);
        }
      }
      return known;
    }

    private Tablets tablets() {
      String defect = null;
      if (!replicas.isEmpty() && count >= 0 && count != replicas.size()) {
        defect = replicas.size() + " of " + count + " tablets are listed";
      }
      List<PlacedRange> ranges = new ArrayList<>(replicas.size());
      long last = replicas.isEmpty() ? Long.MAX_VALUE : replicas.lastKey();
      // The tablets may wrap: then the first one starts where the last one ends.
      long start = last == Long.MAX_VALUE ? Long.MIN_VALUE : last;
      for (Map.Entry<Long, List<Node>> tablet : replicas.entrySet()) {
        if (tablet.getValue().isEmpty()) {
          defect = "no known node holds the tablet that ends at token " + tablet.getKey();
        }
        ranges.add(new PlacedRange(new TokenRange(start, tablet.getKey()), tablet.getValue()));
        start = tablet.getKey();
      }
      return new Tablets(List.copyOf(ranges), defect);
    }
  }
}
