/**
 * The interfaces that a format implements. Planning, running a task and committing are separate,
 * and the data passed between them is serializable, so that it can be stored and sent to another
 * machine.
 */
@NullMarked
package io.ringhaul.format;

import org.jspecify.annotations.NullMarked;
