/** Whole processes from their start to their end: Ringhaul, DSBulk and Spark. */
@NullMarked
package io.ringhaul.benchmarks.process;

import org.jspecify.annotations.NullMarked;
