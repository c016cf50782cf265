/** A proxy that presents the test cluster as ScyllaDB, and tests that run on a real ScyllaDB. */
@NullMarked
package io.ringhaul.scylla;

import org.jspecify.annotations.NullMarked;
