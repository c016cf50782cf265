/**
 * Sends requests to the cluster: limits those in flight, retries failures, and sets the settings on
 * each statement.
 */
@NullMarked
package io.ringhaul.internal.request;

import org.jspecify.annotations.NullMarked;
