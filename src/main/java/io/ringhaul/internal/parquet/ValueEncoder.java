package io.ringhaul.internal.parquet;

import io.ringhaul.internal.cql.ByteSink;

/** Appends the serialized form of one kind of value, without a length before it. */
@FunctionalInterface
interface ValueEncoder {

  /**
   * Appends the value.
   *
   * @param value a value of the class that Iceberg's generic readers give for the encoder's type;
   *     for a string maybe a buffer of its UTF-8, between position and limit
   * @throws io.ringhaul.exceptions.UnrepresentableValueException if CQL cannot hold it
   * @throws ClassCastException if it is of another class
   */
  void encode(Object value, ByteSink out);
}
