package io.ringhaul;

import io.ringhaul.monitor.OperationTotals;

/**
 * The result of a count: {@link #rows()} is the number of rows.
 *
 * @param totals the operation's figures
 */
public record CountResult(OperationTotals totals) implements OperationResult {}
