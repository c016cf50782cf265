/** Figures of an operation, under way and ended. Plain values. */
@NullMarked
package io.ringhaul.progress;

import org.jspecify.annotations.NullMarked;
