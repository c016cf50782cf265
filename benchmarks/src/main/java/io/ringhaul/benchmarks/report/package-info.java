/** Options and results of a benchmark: tables, thresholds and charts. */
@NullMarked
package io.ringhaul.benchmarks.report;

import org.jspecify.annotations.NullMarked;
