/**
 * CQL values as Iceberg types and Parquet columns: the mapping of types, the writers from
 * serialized CQL values to Parquet, and the readers back to CQL.
 */
@NullMarked
package io.ringhaul.internal.parquet;

import org.jspecify.annotations.NullMarked;
