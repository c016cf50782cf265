/**
 * Jobs on the command line: where they are kept, how they are named and shown, and how a signal
 * stops one.
 */
@NullMarked
package io.ringhaul.cli.jobs;

import org.jspecify.annotations.NullMarked;
