package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Rows as the server's own bytes, from one table to another. */
final class RawValues {

  private RawValues() {}

  /** The values of a row; empty where they are null. The row's own buffers are kept. */
  static List<Optional<ByteBuffer>> of(Row row) {
    List<Optional<ByteBuffer>> values = new ArrayList<>(row.size());
    for (int i = 0; i < row.size(); i++) {
      values.add(Optional.ofNullable(row.getBytesUnsafe(i)));
    }
    return values;
  }

  /** A statement with these values; those that are null are left unset. */
  static BoundStatement bind(PreparedStatement prepared, List<Optional<ByteBuffer>> values) {
    BoundStatementBuilder row = prepared.boundStatementBuilder();
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i).isPresent()) {
        row = row.setBytesUnsafe(i, copy(values.get(i).get()));
      }
    }
    return row.build();
  }

  /** Without the page that a value is a part of, which would stay in memory as a whole. */
  private static ByteBuffer copy(ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
