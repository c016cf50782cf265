/**
 * Serialized CQL values: their kinds, their parts, and what every format needs to read and write
 * them.
 */
@NullMarked
package io.ringhaul.cql;

import org.jspecify.annotations.NullMarked;
