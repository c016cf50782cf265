package io.ringhaul.internal.parquet;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A row read from a file: serialized CQL values in the order of the requested columns, or the
 * reason why the row is invalid. The values may share one array.
 */
public final class ReadRow implements RawRow {

  private final @Nullable ByteBuffer[] values;
  private final @Nullable BulkOperationException problem;

  ReadRow(@Nullable ByteBuffer[] values, @Nullable BulkOperationException problem) {
    this.values = values;
    this.problem = problem;
  }

  /**
   * Returns why the first invalid column is invalid: an {@link UnrepresentableValueException} if
   * CQL cannot represent its value. Null if the row is valid.
   */
  public @Nullable BulkOperationException problem() {
    return problem;
  }

  /**
   * Returns this row if it is valid.
   *
   * @param place describes the row's location for the message
   * @throws BulkOperationException the {@link #problem()}; the message includes the place if CQL
   *     cannot represent a value
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
