package io.ringhaul.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A row that was read, as serialized CQL values in the order of the columns asked for, or why it is
 * none. The values may share one array.
 */
public final class ReadRow implements RawRow {

  private final @Nullable ByteBuffer[] values;
  private final @Nullable BulkOperationException problem;

  ReadRow(@Nullable ByteBuffer[] values, @Nullable BulkOperationException problem) {
    this.values = values;
    this.problem = problem;
  }

  /**
   * Why the row cannot be taken, of the first column that cannot: an {@link
   * io.ringhaul.exceptions.UnrepresentableValueException} if CQL cannot hold the value. Null if all
   * values are there.
   */
  public @Nullable BulkOperationException problem() {
    return problem;
  }

  @Override
  public @Nullable ByteBuffer bytes(int column) {
    return values[column];
  }
}
