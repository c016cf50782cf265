/** Tests of the command line. */
@NullMarked
package io.ringhaul.cli;

import org.jspecify.annotations.NullMarked;
