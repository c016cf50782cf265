package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.ring.TokenRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads ranges one after the other, and gives rows of one partition that follow one another. */
final class PartitionReader implements Iterator<List<List<Optional<ByteBuffer>>>> {

  private final CqlSession session;
  private final RangeQuery query;
  private final Iterator<TokenRange> pieces;
  private final int keyColumns;
  private final int most;
  private Iterator<Row> rows = List.<Row>of().iterator();
  private @Nullable List<Optional<ByteBuffer>> ahead;

  /**
   * @param query gives the partition key first
   * @param keyColumns the number of columns of the partition key
   * @param most rows to give at once
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
    return ahead != null;
  }

  @Override
  public List<List<Optional<ByteBuffer>>> next() {
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
