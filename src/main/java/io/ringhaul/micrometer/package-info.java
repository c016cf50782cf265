/**
 * The library's metrics as meters of Micrometer: {@link io.ringhaul.micrometer.BatchWriterMetrics}
 * and {@link io.ringhaul.micrometer.JobMetrics}; and operations and the requests of a {@code
 * BatchWriter} as observations: {@link io.ringhaul.micrometer.JobObservation} and {@link
 * io.ringhaul.micrometer.BatchWriterObservation}. The application provides {@code micrometer-core}.
 */
@NullMarked
package io.ringhaul.micrometer;

import org.jspecify.annotations.NullMarked;
