/** The contests of whole processes, which {@code Processes} holds. */
@NullMarked
package io.ringhaul.benchmarks.contests;

import org.jspecify.annotations.NullMarked;
