/** The real cluster that all integration tests of a run share. */
@NullMarked
package io.ringhaul.cluster;

import org.jspecify.annotations.NullMarked;
