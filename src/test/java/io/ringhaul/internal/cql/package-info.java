/** Serialized CQL values for tests: by hand, and from a seed. */
@NullMarked
package io.ringhaul.internal.cql;

import org.jspecify.annotations.NullMarked;
