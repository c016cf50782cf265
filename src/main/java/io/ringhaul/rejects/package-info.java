/** Rows that the other side cannot hold, left out and kept. */
@NullMarked
package io.ringhaul.rejects;

import org.jspecify.annotations.NullMarked;
