/**
 * What the library measures, as meters of Micrometer: {@link
 * io.ringhaul.micrometer.BatchWriterMetrics}. The application brings {@code micrometer-core}.
 */
@NullMarked
package io.ringhaul.micrometer;

import org.jspecify.annotations.NullMarked;
