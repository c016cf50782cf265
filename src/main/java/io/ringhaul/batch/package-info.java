/** Batched writes: {@link io.ringhaul.batch.BatchWriter}. */
@NullMarked
package io.ringhaul.batch;

import org.jspecify.annotations.NullMarked;
