/**
 * Jobs over HTTP: a web page and an API to watch and control the jobs of a store.
 *
 * @see io.ringhaul.console.JobConsole
 */
@NullMarked
package io.ringhaul.console;

import org.jspecify.annotations.NullMarked;
