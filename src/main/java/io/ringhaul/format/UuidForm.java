package io.ringhaul.format;

/** How an Iceberg table or a Parquet file holds {@code uuid} and {@code timeuuid} values. */
public enum UuidForm {

  /** As the UUID type of 16 bytes. Spark does not read Parquet files with this type. */
  UUID,

  /** As text of 36 characters in lower case. */
  TEXT
}
