package io.ringhaul.internal.parquet;

/**
 * Thrown if a CQL type and an Iceberg type are incompatible, or if a CQL type has no Iceberg type.
 */
final class IncompatibleTypeException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  IncompatibleTypeException(String reason) {
    super(reason);
  }
}
