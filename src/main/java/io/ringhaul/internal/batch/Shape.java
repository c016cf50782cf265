package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.cql.BatchType;
import org.jspecify.annotations.Nullable;

/**
 * The outside of a request.
 *
 * @param type the type of the batch; null for a statement that goes alone
 * @param operations the statements in it
 * @param isOnePartition whether they are all of one partition
 * @param bytes the size of their values
 */
record Shape(@Nullable BatchType type, int operations, boolean isOnePartition, long bytes) {}
