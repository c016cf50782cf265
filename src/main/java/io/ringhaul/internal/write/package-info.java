/**
 * Turns the rows of a source into the statements that write them, with the write times and times to
 * live of their cells.
 */
@NullMarked
package io.ringhaul.internal.write;

import org.jspecify.annotations.NullMarked;
