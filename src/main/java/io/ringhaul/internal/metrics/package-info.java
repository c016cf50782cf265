/** Counters, timers and progress of a running operation. */
@NullMarked
package io.ringhaul.internal.metrics;

import org.jspecify.annotations.NullMarked;
