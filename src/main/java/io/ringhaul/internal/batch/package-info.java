/**
 * The engine of {@link io.ringhaul.batch.BatchWriter}: open batches, delivery, outcomes and row
 * forms.
 */
@NullMarked
package io.ringhaul.internal.batch;

import org.jspecify.annotations.NullMarked;
