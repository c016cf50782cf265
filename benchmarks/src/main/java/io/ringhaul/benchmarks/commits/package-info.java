/** Checkouts of commits and the works to measure them, for {@code Commits}. */
@NullMarked
package io.ringhaul.benchmarks.commits;

import org.jspecify.annotations.NullMarked;
