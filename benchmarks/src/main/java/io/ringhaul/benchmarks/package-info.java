/** Benchmarks on real clusters; see benchmarks/README.md. */
@NullMarked
package io.ringhaul.benchmarks;

import org.jspecify.annotations.NullMarked;
