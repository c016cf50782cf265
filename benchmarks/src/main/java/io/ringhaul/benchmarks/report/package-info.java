/** What a benchmark was asked for, and its results: tables, bars, and charts. */
@NullMarked
package io.ringhaul.benchmarks.report;

import org.jspecify.annotations.NullMarked;
