/** Whole processes from start to end: Ringhaul, DSBulk and Spark. */
@NullMarked
package io.ringhaul.benchmarks.process;

import org.jspecify.annotations.NullMarked;
