package io.ringhaul.statement;

/**
 * What a writer must know of a statement.
 *
 * @param kind what may be done with it
 * @param isBatchable whether batches take such statements; they take no TRUNCATE, for instance
 * @param isRead whether it reads
 * @param isConditional whether it has a condition ({@code IF})
 * @param setsTime whether it sets its write time ({@code USING TIMESTAMP})
 * @param table the table that it writes to
 */
public record StatementTraits(
    WriteKind kind,
    boolean isBatchable,
    boolean isRead,
    boolean isConditional,
    boolean setsTime,
    WrittenTable table) {}
