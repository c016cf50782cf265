/** The JSON that the library keeps for itself: plans, manifests, checkpoints and rejects. */
@NullMarked
package io.ringhaul.internal.jackson;

import org.jspecify.annotations.NullMarked;
