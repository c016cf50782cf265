/** Holds a job to its limits of processor, memory, disk and hours. */
@NullMarked
package io.ringhaul.internal.limits;

import org.jspecify.annotations.NullMarked;
