/**
 * The engine of {@link io.ringhaul.batch.BatchWriter}: open batches, requests, outcomes, and
 * statements for table rows.
 */
@NullMarked
package io.ringhaul.internal.batch;

import org.jspecify.annotations.NullMarked;
