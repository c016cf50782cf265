/** Parquet files as the target of an export and the source of an import. */
@NullMarked
package io.ringhaul.parquet;

import org.jspecify.annotations.NullMarked;
