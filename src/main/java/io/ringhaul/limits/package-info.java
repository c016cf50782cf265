/** Limits of an operation: its priority, its hours, and what jobs of one process share. */
@NullMarked
package io.ringhaul.limits;

import org.jspecify.annotations.NullMarked;
