/**
 * Exchange of files between Ringhaul and other programs in both directions. The tests download the
 * programs and take minutes, so they run only with the Maven profile {@code interop}.
 */
@NullMarked
package io.ringhaul.interop;

import org.jspecify.annotations.NullMarked;
