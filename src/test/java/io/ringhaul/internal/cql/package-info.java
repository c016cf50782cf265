/** Serialized CQL values for tests, written by hand or generated from a seed. */
@NullMarked
package io.ringhaul.internal.cql;

import org.jspecify.annotations.NullMarked;
