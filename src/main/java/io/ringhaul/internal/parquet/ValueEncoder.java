package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;

/** Appends the serialized form of one type of value, without a length prefix. */
@FunctionalInterface
interface ValueEncoder {

  /**
   * Appends the value.
   *
   * @param value a value of the class that Iceberg's generic readers return for the encoder's type;
   *     for a string also a buffer with its UTF-8 between position and limit
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if CQL cannot represent the value
   * @throws ClassCastException if the value is of another class
   */
  void encode(Object value, ByteSink out);
}
