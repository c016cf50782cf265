/** Jobs: the stored state of an operation, which survives the process that runs it. */
@NullMarked
package io.ringhaul.job;

import org.jspecify.annotations.NullMarked;
