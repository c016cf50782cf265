/** Tests of the console. */
@NullMarked
package io.ringhaul.console;

import org.jspecify.annotations.NullMarked;
