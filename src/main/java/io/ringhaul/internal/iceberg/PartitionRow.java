package io.ringhaul.internal.iceberg;

import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.RawRow;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * A row as Iceberg's partition transforms read it: the columns they ask for, in Iceberg's internal
 * form. It is filled again for each row.
 */
final class PartitionRow implements StructLike {

  private static final int ABSENT = -1;

  private final int[] sources;
  private final InternalValues.Reader[] readers;
  private @Nullable RawRow row;

  /**
   * @param schema the Iceberg schema; columns that the rows do not carry are null
   * @param columns the columns in the order in which rows carry them
   */
  PartitionRow(Schema schema, List<ColumnDescription> columns) {
    List<String> names = columns.stream().map(ColumnDescription::name).toList();
    List<NestedField> fields = schema.columns();
    this.sources = fields.stream().mapToInt(field -> names.indexOf(field.name())).toArray();
    this.readers = new InternalValues.Reader[sources.length];
    for (int i = 0; i < sources.length; i++) {
      readers[i] =
          sources[i] == ABSENT
              ? (bytes, offset, length) -> bytes
              : InternalValues.of(columns.get(sources[i]).type(), fields.get(i).type());
    }
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
    ByteBuffer bytes = source == ABSENT ? null : Objects.requireNonNull(row).bytes(source);
    return bytes == null
        ? null
        : type.cast(readers[position].read(bytes, bytes.position(), bytes.remaining()));
  }

  @Override
  public <T> void set(int position, T value) {
    throw new UnsupportedOperationException("A row is only read");
  }
}
