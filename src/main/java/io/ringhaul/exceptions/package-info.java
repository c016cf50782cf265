/**
 * The one unchecked root of every failure, {@link BulkOperationException}, and its typed children.
 */
@NullMarked
package io.ringhaul.exceptions;

import org.jspecify.annotations.NullMarked;
