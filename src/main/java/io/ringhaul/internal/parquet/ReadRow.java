package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
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
   * UnrepresentableValueException} if CQL cannot hold the value. Null if all values are there.
   */
  public @Nullable BulkOperationException problem() {
    return problem;
  }

  /**
   * The row, if it can be taken.
   *
   * @param place of the row, for the message
   * @throws BulkOperationException its {@link #problem()}, with the place if CQL cannot hold a
   *     value
   */
  public RawRow at(Supplier<String> place) {
    if (problem instanceof UnrepresentableValueException e) {
      throw new UnrepresentableValueException(
          e.column(), String.format("%s: %s", place.get(), e.message(Setting::mark)));
    } else if (problem != null) {
      throw problem;
    }
    return this;
  }

  @Override
  public @Nullable ByteBuffer bytes(int column) {
    return values[column];
  }
}
