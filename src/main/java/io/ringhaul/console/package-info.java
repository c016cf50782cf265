/**
 * Jobs over HTTP: what a store keeps of them, ways to steer them, and a page for people.
 *
 * @see io.ringhaul.console.JobConsole
 */
@NullMarked
package io.ringhaul.console;

import org.jspecify.annotations.NullMarked;
