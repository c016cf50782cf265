/** The README's own code, compiled and run. */
@NullMarked
package io.ringhaul.readme;

import org.jspecify.annotations.NullMarked;
