/**
 * The library's metrics as meters of Micrometer: {@link io.ringhaul.micrometer.BatchWriterMetrics}
 * and {@link io.ringhaul.micrometer.JobMetrics}; and an operation as an observation, {@link
 * io.ringhaul.micrometer.JobObservation}. The application provides {@code micrometer-core}.
 */
@NullMarked
package io.ringhaul.micrometer;

import org.jspecify.annotations.NullMarked;
