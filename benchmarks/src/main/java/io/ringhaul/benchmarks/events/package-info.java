/** A store of events and a long run that fills it, for {@code EventStore}. */
@NullMarked
package io.ringhaul.benchmarks.events;

import org.jspecify.annotations.NullMarked;
