/** The command line: its commands, options, progress display and reports. */
@NullMarked
package io.ringhaul.cli;

import org.jspecify.annotations.NullMarked;
