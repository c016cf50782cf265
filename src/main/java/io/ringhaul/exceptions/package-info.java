/** The unchecked root of all exceptions, {@link BulkOperationException}, and its subclasses. */
@NullMarked
package io.ringhaul.exceptions;

import org.jspecify.annotations.NullMarked;
