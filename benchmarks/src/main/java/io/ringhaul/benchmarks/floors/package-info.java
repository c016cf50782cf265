/**
 * Lower bounds that the plain driver needs for a scan or an import; the benchmarks compare with
 * them.
 */
@NullMarked
package io.ringhaul.benchmarks.floors;

import org.jspecify.annotations.NullMarked;
