package io.ringhaul.internal.cql;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.ColumnDescription;

/**
 * The place of a value in a row, for messages.
 *
 * @param column the column's name
 * @param path the column's name and what leads from it to the value, for example {@code addr.zip}
 *     or {@code tags.element}
 * @param partitionKey whether the column is part of the partition key, where two spellings of one
 *     value are two partitions: a value must then come back byte for byte or not be taken at all
 */
public record ValuePath(String column, String path, boolean partitionKey) {

  public static ValuePath of(ColumnDescription column) {
    return new ValuePath(
        column.name(), column.name(), column.kind() == ColumnDescription.Kind.PARTITION_KEY);
  }

  /** The place of a part of this value. */
  public ValuePath child(String name) {
    return new ValuePath(column, path + "." + name, partitionKey);
  }

  /** The error of a value here; {@code what} continues the path, as in "holds ..." or "is ...". */
  public UnrepresentableValueException error(String what) {
    return new UnrepresentableValueException(column, path + " " + what);
  }

  /** The error of a null that has no place here. */
  public UnrepresentableValueException nullError() {
    return error("is null where a value must be");
  }

  /** The error of a value of a length that its type does not have; 0 is the <i>empty</i> value. */
  public UnrepresentableValueException lengthError(CqlKind kind, int length) {
    return length == 0
        ? error(
            "holds the empty value of "
                + kind.cqlName()
                + " (zero bytes, neither null nor a value), which no format but raw bytes can hold")
        : error("holds " + length + " bytes, which is no length of a serialized " + kind.cqlName());
  }

  /** The error of a value whose parts do not add up to its length. */
  public UnrepresentableValueException malformed(String detail) {
    return error(
        "holds bytes that are no serialized value of its type: "
            + detail
            + "; if the type was altered since the operation began, run it again");
  }

  /**
   * Refuses a spelling that would come back as another one, where that would be another partition.
   */
  public void requireCanonical(boolean canonical, String detail) {
    if (partitionKey && !canonical) {
      throw error(
          "holds a value of the partition key in an unusual serialized form ("
              + detail
              + "), which would come back as another key");
    }
  }
}
