/** Compiles and runs the code of the README. */
@NullMarked
package io.ringhaul.readme;

import org.jspecify.annotations.NullMarked;
