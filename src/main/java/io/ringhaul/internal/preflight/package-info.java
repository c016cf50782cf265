/**
 * What is looked at before an operation begins, so that it does not fail in its third hour for a
 * reason that was there in its first second. Checks read; they never write to a table.
 */
@NullMarked
package io.ringhaul.internal.preflight;

import org.jspecify.annotations.NullMarked;
