/** Jobs: what is kept of an operation so that it survives the process that runs it. */
@NullMarked
package io.ringhaul.job;

import org.jspecify.annotations.NullMarked;
