package io.ringhaul.internal.scan;

import com.datastax.oss.driver.api.core.cql.Row;

/**
 * One page of rows, held in memory.
 *
 * @param rows the rows; can be read once
 * @param rowCount how many there are; may be 0 in the middle of a range
 * @param bytes the size of the server's response, before compression on the wire
 */
public record Page(Iterable<Row> rows, int rowCount, long bytes) {}
