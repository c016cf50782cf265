/**
 * Jobs on the command line: the store's location, lookup and display of jobs, and the stop on a
 * signal.
 */
@NullMarked
package io.ringhaul.cli.jobs;

import org.jspecify.annotations.NullMarked;
