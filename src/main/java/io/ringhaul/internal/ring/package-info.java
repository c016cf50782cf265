/**
 * The token ring: its ranges, their replicas, and the cut of the ring into groups that one replica
 * can serve.
 *
 * <p>Tokens are those of Murmur3Partitioner: signed 64-bit integers on a ring in which {@link
 * Long#MIN_VALUE} follows {@link Long#MAX_VALUE}. All arithmetic is exact. No row has the token
 * {@link Long#MIN_VALUE}.
 */
@NullMarked
package io.ringhaul.internal.ring;

import org.jspecify.annotations.NullMarked;
