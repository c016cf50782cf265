/** Tests that cause real bottlenecks and check that they are detected. */
@NullMarked
package io.ringhaul.bottlenecks;

import org.jspecify.annotations.NullMarked;
