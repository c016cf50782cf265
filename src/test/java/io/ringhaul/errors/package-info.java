/** What Ringhaul says of requests that cannot work, before it makes anything. */
@NullMarked
package io.ringhaul.errors;

import org.jspecify.annotations.NullMarked;
