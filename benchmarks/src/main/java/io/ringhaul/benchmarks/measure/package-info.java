/** Contests of alternating contenders and their measurements. */
@NullMarked
package io.ringhaul.benchmarks.measure;

import org.jspecify.annotations.NullMarked;
