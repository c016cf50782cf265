/** Contests whose contenders take turns, and the figures of their runs. */
@NullMarked
package io.ringhaul.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
