/** What is done again and again in a warm process, for {@code Warm} and {@code Profile}. */
@NullMarked
package io.ringhaul.benchmarks.warm;

import org.jspecify.annotations.NullMarked;
