package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;
import io.ringhaul.internal.cql.VInts;
import io.ringhaul.internal.cql.ValuePath;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** Collections, vectors, structs and durations. */
final class NestedEncoders {

  private static final int NULL = -1;

  private NestedEncoders() {}

  /** Appends the value after its length of four bytes. */
  private static void encodeWithLength(ValueEncoder encoder, Object value, ByteSink out) {
    int start = out.size();
    out.putInt(0);
    encoder.encode(value, out);
    out.setInt(start, out.size() - start - Integer.BYTES);
  }

  private static Object notNull(ValuePath path, @Nullable Object value) {
    if (value == null) {
      throw path.error("holds a null, which no collection can");
    }
    return value;
  }

  /** A list or a set. The server sorts a set and takes equal elements for one. */
  record ListEncoder(ValuePath path, ValueEncoder element) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      Collection<?> elements = (Collection<?>) value;
      out.putInt(elements.size());
      for (Object each : elements) {
        encodeWithLength(element, notNull(path, each), out);
      }
    }
  }

  record MapEncoder(ValuePath path, ValueEncoder key, ValueEncoder element)
      implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      Map<?, ?> entries = (Map<?, ?>) value;
      out.putInt(entries.size());
      for (Map.Entry<?, ?> entry : entries.entrySet()) {
        encodeWithLength(key, notNull(path, entry.getKey()), out);
        encodeWithLength(element, notNull(path, entry.getValue()), out);
      }
    }
  }

  /**
   * @param variable whether each element carries its length
   */
  record VectorEncoder(ValuePath path, ValueEncoder element, int dimension, boolean variable)
      implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      Collection<?> elements = (Collection<?>) value;
      if (elements.size() != dimension) {
        throw path.error(
            "holds " + elements.size() + " elements; the vector's dimension is " + dimension);
      }
      ByteSink scratch = new ByteSink(0);
      for (Object each : elements) {
        if (variable) {
          scratch.clear();
          element.encode(notNull(path, each), scratch);
          VInts.write(scratch.size(), out);
          out.put(scratch);
        } else {
          element.encode(notNull(path, each), out);
        }
      }
    }
  }

  /**
   * A field of a struct.
   *
   * @param position its place in the Iceberg struct; -1 if the struct does not have it
   */
  record Field(int position, ValueEncoder encoder) {

    static final Field ALWAYS_NULL =
        new Field(
            -1,
            (value, out) -> {
              throw new UnsupportedOperationException();
            });

    private void encode(StructLike struct, ByteSink out) {
      Object value = position < 0 ? null : struct.get(position, Object.class);
      if (value == null) {
        out.putInt(NULL);
      } else {
        encodeWithLength(encoder, value, out);
      }
    }
  }

  /** A tuple or user-defined type, its fields in CQL's order. */
  record TupleEncoder(ValuePath path, List<Field> fields) implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      StructLike struct = (StructLike) value;
      for (Field field : fields) {
        field.encode(struct, out);
      }
    }
  }

  /** A duration; the numbers are the places of its parts in the Iceberg struct. */
  record DurationEncoder(ValuePath path, int months, int days, int nanoseconds)
      implements ValueEncoder {
    @Override
    public void encode(Object value, ByteSink out) {
      StructLike struct = (StructLike) value;
      long monthCount = part(struct, months, true);
      long dayCount = part(struct, days, true);
      long nanosecondCount = part(struct, nanoseconds, false);
      boolean hasPositive = monthCount > 0 || dayCount > 0 || nanosecondCount > 0;
      boolean hasNegative = monthCount < 0 || dayCount < 0 || nanosecondCount < 0;
      if (hasPositive && hasNegative) {
        throw path.error("is a duration whose parts differ in sign, which CQL does not have");
      }
      VInts.write(VInts.fold(monthCount), out);
      VInts.write(VInts.fold(dayCount), out);
      VInts.write(VInts.fold(nanosecondCount), out);
    }

    private long part(StructLike struct, int position, boolean of32Bits) {
      Number number = struct.get(position, Number.class);
      if (number == null) {
        throw path.error("is a duration without all of months, days and nanoseconds");
      }
      long count = number.longValue();
      if (of32Bits && count != (int) count) {
        throw path.error("is a duration of " + count + " months or days, beyond 32 bits");
      }
      return count;
    }
  }
}
