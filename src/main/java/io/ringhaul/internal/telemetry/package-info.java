/** Samples of a running operation, and the detectors that find its bottlenecks. */
@NullMarked
package io.ringhaul.internal.telemetry;

import org.jspecify.annotations.NullMarked;
