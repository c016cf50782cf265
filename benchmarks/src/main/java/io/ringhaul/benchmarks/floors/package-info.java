/** The least that the plain driver needs for a scan or an import: what is measured against. */
@NullMarked
package io.ringhaul.benchmarks.floors;

import org.jspecify.annotations.NullMarked;
