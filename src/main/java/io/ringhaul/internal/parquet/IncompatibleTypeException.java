package io.ringhaul.internal.parquet;

/** A CQL type and an Iceberg type do not fit, or a CQL type has no Iceberg type at all. */
final class IncompatibleTypeException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  IncompatibleTypeException(String reason) {
    super(reason);
  }
}
