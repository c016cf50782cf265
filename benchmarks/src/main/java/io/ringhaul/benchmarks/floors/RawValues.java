package io.ringhaul.benchmarks.floors;

import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Copies rows as serialized values from one table to another. */
final class RawValues {

  private RawValues() {}

  /** Returns the values of a row, empty for null. The buffers are those of the row. */
  static List<Optional<ByteBuffer>> of(Row row) {
    List<Optional<ByteBuffer>> values = new ArrayList<>(row.size());
    for (int i = 0; i < row.size(); i++) {
      values.add(Optional.ofNullable(row.getBytesUnsafe(i)));
    }
    return values;
  }

  /** Binds the values and leaves null values unset. */
  static BoundStatement bind(PreparedStatement prepared, List<Optional<ByteBuffer>> values) {
    BoundStatementBuilder row = prepared.boundStatementBuilder();
    for (int i = 0; i < values.size(); i++) {
      if (values.get(i).isPresent()) {
        row = row.setBytesUnsafe(i, copy(values.get(i).get()));
      }
    }
    return row.build();
  }

  /** Copies a value, because the original buffer keeps its whole page in memory. */
  private static ByteBuffer copy(ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
