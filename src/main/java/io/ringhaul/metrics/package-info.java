/** What the parts of an operation count and time while they work. */
@NullMarked
package io.ringhaul.metrics;

import org.jspecify.annotations.NullMarked;
