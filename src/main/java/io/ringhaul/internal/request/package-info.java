/** Sending requests to the cluster: bounded in flight, retried, with settings on each statement. */
@NullMarked
package io.ringhaul.internal.request;

import org.jspecify.annotations.NullMarked;
