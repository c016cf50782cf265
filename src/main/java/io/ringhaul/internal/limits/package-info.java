/** Enforces the CPU, memory and disk limits, the run window and the priority of a job. */
@NullMarked
package io.ringhaul.internal.limits;

import org.jspecify.annotations.NullMarked;
