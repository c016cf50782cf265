package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What becomes of one row whose cells have times of their own. Used by one thread. */
final class TimedRow {

  private final List<BoundStatement> statements = new ArrayList<>(1);
  private final List<BoundStatement> shared = new ArrayList<>(0);
  private final Map<TimedStaticList, CellSplitter> lists = new LinkedHashMap<>(0);
  private int expiredCells;
  private boolean expired;

  /** The statements to do together, in this order. */
  List<BoundStatement> statements() {
    return statements;
  }

  void add(BoundStatement statement) {
    statements.add(statement);
  }

  /** What all rows of its partition share: none of them takes it along if it is refused. */
  List<BoundStatement> shared() {
    return shared;
  }

  void addShared(BoundStatement statement) {
    shared.add(statement);
  }

  void add(TimedStaticList list, CellSplitter split) {
    count(split);
    lists.put(list, split);
  }

  /** Counts what has expired. */
  void count(CellSplitter split) {
    expiredCells += split.expired();
  }

  int expiredCells() {
    return expiredCells;
  }

  /** Whether it has cells, and all of them have expired. */
  boolean hasOnlyExpiredCells() {
    return expiredCells > 0
        && statements.isEmpty()
        && shared.isEmpty()
        && lists.values().stream().allMatch(split -> split.writes().isEmpty());
  }

  /** Leaves the row out since all its cells have expired. */
  void expire() {
    expired = true;
  }

  boolean hasExpired() {
    return expired;
  }

  /** Writes what its partition has for all rows. A row that has nothing else counts with it. */
  void writeShared(ByteBuffer partition, RawRow row, SharedColumnWriter sharedColumns)
      throws InterruptedException {
    int rows = statements.isEmpty() ? 1 : 0;
    if (!shared.isEmpty()) {
      sharedColumns.write(shared, rows);
      rows = 0;
    }
    for (Map.Entry<TimedStaticList, CellSplitter> list : lists.entrySet()) {
      if (!list.getValue().writes().isEmpty()) {
        list.getKey().write(partition, row, list.getValue(), rows, sharedColumns);
        rows = 0;
      }
    }
  }
}
