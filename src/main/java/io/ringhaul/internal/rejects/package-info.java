/** Keeps rows that the target cannot hold. */
@NullMarked
package io.ringhaul.internal.rejects;

import org.jspecify.annotations.NullMarked;
