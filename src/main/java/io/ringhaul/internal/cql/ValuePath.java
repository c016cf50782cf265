package io.ringhaul.internal.cql;

import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.schema.ColumnDescription;

/**
 * The path of a value in a row, for messages.
 *
 * @param column name of the column
 * @param path name of the column and the path from there to the value, such as {@code addr.zip} or
 *     {@code tags.element}
 * @param partitionKey whether the column is in the partition key. Two encodings of one value are
 *     two partitions there, so a value must be preserved byte for byte or rejected
 * @param metadata whether the column has metadata of cells, such as their write times
 */
public record ValuePath(String column, String path, boolean partitionKey, boolean metadata) {

  public static ValuePath of(ColumnDescription column) {
    return new ValuePath(
        column.name(),
        column.name(),
        column.kind() == ColumnDescription.Kind.PARTITION_KEY,
        column.kind() == ColumnDescription.Kind.METADATA);
  }

  /** Returns the path of a part of this value. */
  public ValuePath child(String name) {
    return new ValuePath(column, path + "." + name, partitionKey, metadata);
  }

  /**
   * Returns the error for this value; {@code what} continues the path, as in "holds ..." or "is
   * ...".
   */
  public UnrepresentableValueException error(String what) {
    return new UnrepresentableValueException(column, path + " " + what);
  }

  /** Returns the error for a null that is not allowed here. */
  public UnrepresentableValueException nullError() {
    return error("is null where a value is required");
  }

  /**
   * Returns the error for a value with a length that its type does not have; 0 is the <i>empty</i>
   * value.
   */
  public UnrepresentableValueException lengthError(CqlKind kind, int length) {
    return length == 0
        ? error(
            "holds the empty value of "
                + kind.cqlName()
                + " (zero bytes, neither null nor a value), which only raw bytes can represent")
        : error(
            "holds "
                + length
                + " bytes, which is not a valid length of a serialized "
                + kind.cqlName());
  }

  /** Returns the error for a value whose parts do not match its length. */
  public UnrepresentableValueException malformed(String detail) {
    return error(
        "holds bytes that are not a serialized value of its type: "
            + detail
            + "; if the type was altered since the operation began, run it again");
  }

  /**
   * Throws for an encoding of a partition key value that would be read back in another form, which
   * is another partition.
   */
  public void requireCanonical(boolean canonical, String detail) {
    if (partitionKey && !canonical) {
      throw error(
          "holds a value of the partition key in an unusual serialized form ("
              + detail
              + "), which would be read back as another key");
    }
  }
}
