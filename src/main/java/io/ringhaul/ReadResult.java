package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;

/**
 * The result of a read: {@link #rows()} is the number of rows delivered.
 *
 * @param totals the operation's figures
 */
public record ReadResult(OperationTotals totals) implements OperationResult {}
