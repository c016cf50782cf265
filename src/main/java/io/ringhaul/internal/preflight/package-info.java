/**
 * Checks before an operation starts, so that a problem that exists at the start is reported then
 * and not hours later. Checks read only; they never write to a table.
 */
@NullMarked
package io.ringhaul.internal.preflight;

import org.jspecify.annotations.NullMarked;
