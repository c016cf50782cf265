/** Rows that the other side cannot hold, left out and kept. */
@NullMarked
package io.ringhaul.internal.rejects;

import org.jspecify.annotations.NullMarked;
