/**
 * CQL values as Iceberg types and Parquet columns: the mapping, the writers from serialized CQL
 * values to Parquet, and the encoders that lead back.
 */
@NullMarked
package io.ringhaul.internal.parquet;

import org.jspecify.annotations.NullMarked;
