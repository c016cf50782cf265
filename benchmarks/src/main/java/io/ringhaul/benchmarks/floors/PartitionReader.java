package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.schema.TokenRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads ranges one after the other and returns consecutive rows for one batch: rows of one
 * partition, followed by whole partitions as long as the server does not warn.
 */
final class PartitionReader implements Iterator<List<List<Optional<ByteBuffer>>>> {

  /** Above this size, the server warns by default about a batch of several partitions. */
  private static final int WARN_BYTES = 5 << 10;

  /** Above this number of partitions, the server warns. */
  private static final int WARN_PARTITIONS = 10;

  /** The server's overhead for a partition, a row and a cell in addition to the values. */
  private static final int PARTITION_BYTES = 29;

  private static final int ROW_BYTES = 33;
  private static final int CELL_BYTES = 20;

  private final CqlSession session;
  private final RangeQuery query;
  private final Iterator<TokenRange> pieces;
  private final int keyColumns;
  private final int most;
  private Iterator<Row> rows = List.<Row>of().iterator();
  private @Nullable List<Optional<ByteBuffer>> ahead;

  /** A partition that did not fit into the previous batch. */
  private @Nullable List<List<Optional<ByteBuffer>>> held;

  /**
   * Creates a reader.
   *
   * @param query selects the partition key first
   * @param keyColumns the number of columns of the partition key
   * @param most the largest number of rows to return at once
   */
  PartitionReader(
      CqlSession session, RangeQuery query, List<TokenRange> pieces, int keyColumns, int most) {
    this.session = session;
    this.query = query;
    this.pieces = pieces.iterator();
    this.keyColumns = keyColumns;
    this.most = most;
    this.ahead = read();
  }

  @Override
  public boolean hasNext() {
    return ahead != null || held != null;
  }

  @Override
  public List<List<Optional<ByteBuffer>>> next() {
    List<List<Optional<ByteBuffer>>> batch = held == null ? partition() : held;
    held = null;
    int bytes = bytes(batch);
    for (int partitions = 1; partitions < WARN_PARTITIONS && bytes <= WARN_BYTES; partitions++) {
      if (ahead == null) {
        break;
      }
      List<List<Optional<ByteBuffer>>> more = partition();
      bytes += bytes(more);
      if (bytes > WARN_BYTES || batch.size() + more.size() > most) {
        held = more;
        break;
      }
      batch.addAll(more);
    }
    return batch;
  }

  private static int bytes(List<List<Optional<ByteBuffer>>> rows) {
    int bytes = PARTITION_BYTES;
    for (List<Optional<ByteBuffer>> row : rows) {
      bytes += ROW_BYTES;
      for (Optional<ByteBuffer> value : row) {
        bytes += value.map(each -> CELL_BYTES + each.remaining()).orElse(0);
      }
    }
    return bytes;
  }

  private List<List<Optional<ByteBuffer>>> partition() {
    List<Optional<ByteBuffer>> row = ahead;
    if (row == null) {
      throw new NoSuchElementException();
    }
    List<Optional<ByteBuffer>> key = row.subList(0, keyColumns);
    List<List<Optional<ByteBuffer>>> together = new ArrayList<>();
    while (row != null && together.size() < most && key.equals(row.subList(0, keyColumns))) {
      together.add(row);
      row = read();
    }
    ahead = row;
    return together;
  }

  private @Nullable List<Optional<ByteBuffer>> read() {
    while (!rows.hasNext()) {
      if (!pieces.hasNext()) {
        return null;
      }
      rows = session.execute(query.of(pieces.next())).iterator();
    }
    return RawValues.of(rows.next());
  }
}
