/** Progress, samples and bottlenecks of a running operation. Plain values. */
@NullMarked
package io.ringhaul.monitor;

import org.jspecify.annotations.NullMarked;
