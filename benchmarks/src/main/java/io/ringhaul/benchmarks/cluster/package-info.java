/** The nodes that a benchmark runs on, and its session. */
@NullMarked
package io.ringhaul.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
