package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.util.Set;

/**
 * The properties of a statement that determine how to write it.
 *
 * @param kind how the statement may be retried and batched
 * @param isBatchable whether the statement may be in a batch; TRUNCATE, for instance, may not
 * @param isRead whether the statement reads
 * @param isConditional whether the statement has a condition ({@code IF})
 * @param setsTime whether the statement sets its write time ({@code USING TIMESTAMP})
 * @param table the table that the statement writes to
 * @param spansPartitions whether the statement may write to several partitions: it has {@code IN}
 *     on a partition key column, of which the driver uses only the last value for routing
 * @param replacedLists the static lists that the statement replaces at the write time of its
 *     request; two replacements with one write time would keep the elements of both
 *     (CASSANDRA-11368)
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
