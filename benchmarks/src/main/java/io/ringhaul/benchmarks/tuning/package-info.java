/** Operations that are observed for a limited time and then cancelled. */
@NullMarked
package io.ringhaul.benchmarks.tuning;

import org.jspecify.annotations.NullMarked;
