/** The contests of whole processes in {@code Processes}. */
@NullMarked
package io.ringhaul.benchmarks.contests;

import org.jspecify.annotations.NullMarked;
