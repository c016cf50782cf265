/** The one real cluster that serves a whole run of integration tests. */
@NullMarked
package io.ringhaul.cluster;

import org.jspecify.annotations.NullMarked;
