/** The nodes of a benchmark and its session. */
@NullMarked
package io.ringhaul.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
