/** Commits of this repository and what they are measured with, for {@code Commits}. */
@NullMarked
package io.ringhaul.benchmarks.commits;

import org.jspecify.annotations.NullMarked;
