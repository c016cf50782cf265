package io.ringhaul.internal.text;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a row read from text has a partition key that the server accepts. The check runs in
 * the reader, where the position of the row in the file is known.
 */
public final class PartitionKeyCheck {

  private final List<ColumnDescription> columns;
  private final int[] keyPlaces;

  /**
   * @param columns the columns in the order of the row's values
   */
  public PartitionKeyCheck(List<ColumnDescription> columns) {
    this.columns = List.copyOf(columns);
    this.keyPlaces =
        IntStream.range(0, columns.size())
            .filter(i -> columns.get(i).kind() == Kind.PARTITION_KEY)
            .toArray();
  }

  /**
   * Rejects a null in the partition key, and an empty partition key of one column.
   *
   * @throws UnrepresentableValueException names the column
   */
  public void require(@Nullable ByteBuffer[] values) {
    for (int place : keyPlaces) {
      ByteBuffer value = values[place];
      if (value == null) {
        throw refusal(place, "it has no value for the primary key column %s");
      }
      if (keyPlaces.length == 1 && !value.hasRemaining()) {
        throw refusal(place, "%s is empty; a partition key of one column cannot be empty");
      }
    }
  }

  private UnrepresentableValueException refusal(int place, String what) {
    String column = columns.get(place).name();
    return new UnrepresentableValueException(
        column, String.format(what, TableDescription.quote(column)));
  }
}
