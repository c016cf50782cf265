/**
 * The token ring: ranges, sets of ranges, and their cut into groups that one replica can serve.
 *
 * <p>Tokens are those of Murmur3Partitioner, signed 64-bit integers on a ring that goes on from
 * {@link Long#MAX_VALUE} to {@link Long#MIN_VALUE}. All arithmetic is exact. No row has the token
 * {@link Long#MIN_VALUE}.
 */
@NullMarked
package io.ringhaul.internal.ring;

import org.jspecify.annotations.NullMarked;
