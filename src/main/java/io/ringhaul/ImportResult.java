package io.ringhaul;

import io.ringhaul.progress.OperationTotals;

/**
 * The result of an import: {@link #rows()} is the number of rows that the cluster acknowledged.
 *
 * @param totals the operation's figures
 * @param location where the rows came from
 */
public record ImportResult(OperationTotals totals, String location) implements OperationResult {}
