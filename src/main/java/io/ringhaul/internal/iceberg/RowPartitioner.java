package io.ringhaul.internal.iceberg;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.RawRow;
import java.util.List;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.jspecify.annotations.Nullable;

/** Finds the partition of each row. Used by one thread. */
final class RowPartitioner {

  private final PartitionKey key;
  private final PartitionRow row;
  private final List<PartitionField> fields;
  private final Schema schema;

  /**
   * @param row how the partition transforms see rows
   */
  RowPartitioner(PartitionSpec spec, Schema schema, PartitionRow row) {
    this.key = new PartitionKey(spec, schema);
    this.row = row;
    this.fields = spec.fields();
    this.schema = schema;
  }

  /**
   * The row's partition, in a key that is filled again for the next row: copy it to keep it.
   *
   * @throws UnrepresentableValueException if the row can be in no partition
   */
  PartitionKey partition(RawRow next) {
    key.partition(row.of(next));
    for (int i = 0; i < fields.size(); i++) {
      // Readers take the value from the partition, where the bits of a NaN are not kept, and
      // Iceberg's JSON of a partition has no infinities.
      @Nullable Object value = key.get(i, Object.class);
      if ((value instanceof Float number && !Float.isFinite(number))
          || (value instanceof Double real && !Double.isFinite(real))) {
        String column = schema.findColumnName(fields.get(i).sourceId());
        throw new UnrepresentableValueException(
            column,
            column
                + " is "
                + value
                + ", which no partition can hold; partition the table by another column, or leave"
                + " this one out");
      }
    }
    return key;
  }
}
