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
 * Looks whether rows of text have a partition key that the server takes, while their place in the
 * file is known.
 */
public final class PartitionKeyCheck {

  private final List<ColumnDescription> columns;
  private final int[] keyPlaces;

  /**
   * @param columns the columns in the order in which rows carry them
   */
  public PartitionKeyCheck(List<ColumnDescription> columns) {
    this.columns = List.copyOf(columns);
    this.keyPlaces =
        IntStream.range(0, columns.size())
            .filter(i -> columns.get(i).kind() == Kind.PARTITION_KEY)
            .toArray();
  }

  /**
   * Refuses a null in the partition key, and a key of a single column that is empty.
   *
   * @throws UnrepresentableValueException names the column
   */
  public void require(@Nullable ByteBuffer[] values) {
    for (int place : keyPlaces) {
      ByteBuffer value = values[place];
      if (value == null) {
        throw refusal(place, "it has no value for %s, which its primary key needs");
      }
      if (keyPlaces.length == 1 && !value.hasRemaining()) {
        throw refusal(place, "%s is empty, which a partition key of one column cannot be");
      }
    }
  }

  private UnrepresentableValueException refusal(int place, String what) {
    String column = columns.get(place).name();
    return new UnrepresentableValueException(
        column, String.format(what, TableDescription.quote(column)));
  }
}
