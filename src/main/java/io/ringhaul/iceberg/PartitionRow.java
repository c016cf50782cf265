package io.ringhaul.iceberg;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import io.ringhaul.cql.InetText;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/**
 * A row as Iceberg's partition transforms read it: the columns they ask for, in Iceberg's internal
 * form. It is filled again for each row.
 */
final class PartitionRow implements StructLike {

  private final int[] sources;
  private final List<ColumnDescription> columns;
  private @Nullable RawRow row;

  /**
   * @param schema the Iceberg schema; columns that the rows do not carry are null
   * @param columns the columns in the order in which rows carry them
   */
  PartitionRow(Schema schema, List<ColumnDescription> columns) {
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    this.sources =
        schema.columns().stream().mapToInt(field -> names.indexOf(field.name())).toArray();
    this.columns = columns;
  }

  PartitionRow of(RawRow next) {
    row = next;
    return this;
  }

  @Override
  public int size() {
    return sources.length;
  }

  @Override
  public <T> @Nullable T get(int position, Class<T> type) {
    int source = sources[position];
    ByteBuffer bytes = source < 0 ? null : Objects.requireNonNull(row).bytes(source);
    if (bytes == null) {
      return null;
    }
    return type.cast(internal(columns.get(source), bytes));
  }

  @Override
  public <T> void set(int position, T value) {
    throw new UnsupportedOperationException("A row is only read");
  }

  private static @Nullable Object internal(ColumnDescription column, ByteBuffer bytes) {
    // A codec is looked up only for what a transform asks for: the driver has none for some types.
    TypeCodec<Object> codec = CodecRegistry.DEFAULT.codecFor(column.type());
    Object value = codec.decode(bytes.duplicate(), ProtocolVersion.V4);
    if (value instanceof LocalDate date) {
      return (int) date.toEpochDay();
    } else if (value instanceof Instant instant) {
      return micros(column, instant.toEpochMilli());
    } else if (value instanceof LocalTime time) {
      return time.toNanoOfDay();
    } else if (value instanceof BigDecimal || value instanceof BigInteger) {
      return value.toString();
    } else if (value instanceof InetAddress) {
      // As the column itself has it; Java's text is another, and turns some IPv6 into IPv4.
      return InetText.format(bytes, bytes.position(), bytes.remaining());
    } else if (value instanceof Byte || value instanceof Short) {
      return ((Number) value).intValue();
    }
    return value;
  }

  private static long micros(ColumnDescription column, long millis) {
    try {
      return Math.multiplyExact(millis, 1_000L);
    } catch (ArithmeticException e) {
      throw new UnrepresentableValueException(
          column.name(),
          column.name()
              + " is a timestamp of "
              + millis
              + " ms since the epoch, which is more than Iceberg's microseconds can hold");
    }
  }
}
