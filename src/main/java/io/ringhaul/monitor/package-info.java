/** How a job gets on while it runs: samples, and what holds it back. */
@NullMarked
package io.ringhaul.monitor;

import org.jspecify.annotations.NullMarked;
