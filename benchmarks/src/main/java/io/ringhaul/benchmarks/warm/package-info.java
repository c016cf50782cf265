/** Works that {@code Warm} and {@code Profile} repeat in a warm process. */
@NullMarked
package io.ringhaul.benchmarks.warm;

import org.jspecify.annotations.NullMarked;
