package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ValuePath;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.FieldMetrics;

/** A value that may be null. */
final class NullableCell extends NestedCell {

  private final CellWriter value;
  private final int definitionLevel;
  private long nulls;

  /**
   * @param definitionLevel the level at which the value is there; null is one below
   */
  NullableCell(ValuePath path, CellWriter value, int definitionLevel) {
    super(path, List.of(value));
    this.value = value;
    this.definitionLevel = definitionLevel;
  }

  @Override
  public void check(ByteBuffer bytes, int offset, int length) {
    value.check(bytes, offset, length);
  }

  @Override
  public void checkNull() {
    // Null is what it is for.
  }

  @Override
  public void write(int repetitionLevel, ByteBuffer bytes, int offset, int length) {
    value.write(repetitionLevel, bytes, offset, length);
  }

  @Override
  public void writeNull(int repetitionLevel) {
    nulls++;
    writeEnd(repetitionLevel, definitionLevel - 1);
  }

  @Override
  public Stream<FieldMetrics<?>> metrics() {
    return value.metrics().map(this::withNulls);
  }

  private <T> FieldMetrics<T> withNulls(FieldMetrics<T> metrics) {
    return new FieldMetrics<>(
        metrics.id(),
        metrics.valueCount() + nulls,
        metrics.nullValueCount() + nulls,
        metrics.nanValueCount(),
        metrics.lowerBound(),
        metrics.upperBound());
  }
}
