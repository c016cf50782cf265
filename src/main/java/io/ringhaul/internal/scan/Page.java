package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.Row;

/**
 * One page of rows in memory.
 *
 * @param rows the rows, for one iteration
 * @param rowCount number of rows; may be 0 in the middle of a range
 * @param bytes uncompressed size of the server's response
 */
public record Page(Iterable<Row> rows, int rowCount, long bytes) {}
