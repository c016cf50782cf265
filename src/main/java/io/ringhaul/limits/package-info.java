/**
 * Limits of an operation: priority, run window, load balancing and tuning mode, and the manager
 * that jobs of one process share.
 */
@NullMarked
package io.ringhaul.limits;

import org.jspecify.annotations.NullMarked;
