/** What holds an operation back is caused for real, and found. */
@NullMarked
package io.ringhaul.bottlenecks;

import org.jspecify.annotations.NullMarked;
