package io.ringhaul.parquet;

import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.Type;

/**
 * Columns of unsigned integers of 32 and 64 bits. Iceberg has no such types: its reader takes their
 * bits for signed ones and would give the greater half of them as negative numbers.
 */
final class UnsignedIntegers {

  /** Why they cannot be read, and what to do. */
  static final String PROBLEM =
      "its Parquet type has unsigned integers of 32 or 64 bits, which cannot be read; write it with"
          + " signed ones";

  private static final int LEAST_BITS = 32;

  private UnsignedIntegers() {}

  /** Whether the column, or anything in it, is one. */
  static boolean isIn(Type field) {
    if (!field.isPrimitive()) {
      return field.asGroupType().getFields().stream().anyMatch(UnsignedIntegers::isIn);
    }
    return field.getLogicalTypeAnnotation() instanceof IntLogicalTypeAnnotation integer
        && !integer.isSigned()
        && integer.getBitWidth() >= LEAST_BITS;
  }
}
