/** The operations: count, read, export and import, with their jobs, tasks and preflight checks. */
@NullMarked
package io.ringhaul.internal.operation;

import org.jspecify.annotations.NullMarked;
