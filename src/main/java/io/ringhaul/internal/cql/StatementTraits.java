package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.util.Set;

/**
 * What a writer must know of a statement.
 *
 * @param kind what may be done with it
 * @param isBatchable whether batches take such statements; they take no TRUNCATE, for instance
 * @param isRead whether it reads
 * @param isConditional whether it has a condition ({@code IF})
 * @param setsTime whether it sets its write time ({@code USING TIMESTAMP})
 * @param table the table that it writes to
 * @param spansPartitions whether it may be of several partitions: it has {@code IN} on a column of
 *     the partition key, of which the driver takes the last value for all of it
 * @param replacedLists the static lists that it replaces as of the time of its request: replaced
 *     twice as of one time they would have the elements of both (CASSANDRA-11368)
 */
public record StatementTraits(
    WriteKind kind,
    boolean isBatchable,
    boolean isRead,
    boolean isConditional,
    boolean setsTime,
    WrittenTable table,
    boolean spansPartitions,
    Set<CqlIdentifier> replacedLists) {}
