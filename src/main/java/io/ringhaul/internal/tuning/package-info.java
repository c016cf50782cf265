/**
 * Finds better settings for a job while it runs, and slows the job down to protect the latency of
 * other clients.
 *
 * <p>The algorithm is hill climbing by multiplicative steps for the most rows per second. It
 * changes one parameter at a time, measures the change over a few samples of one second, keeps it
 * if the job is faster beyond the noise of the samples, and reverts it otherwise. Far from the
 * usual value the step is a factor of 4 towards that value, otherwise 2. After all parameters have
 * settled, the search repeats after 30 s, 60 s and so on with a factor of 1.5. Of two equally fast
 * numbers of requests in flight, the smaller one is kept. An overload, latencies above 5 s and a
 * full heap revert the current change at once, or halve the requests in flight. Each constant is
 * documented where it is defined.
 *
 * <p>Netflix's {@code concurrency-limits-core} (0.5.4) does not fit. It determines how many
 * requests a server can process before its latency rises above the latency without load. A bulk job
 * needs throughput, not low latency, and is fastest where requests queue a little. The library also
 * tunes the requests in flight only, and treats the higher latency of a larger page or batch as
 * congestion although it carries more rows. It never observes the latency without load, because a
 * job loads the cluster from its first second to its last. To protect other clients, their latency
 * is measured directly: see {@link io.ringhaul.internal.tuning.LatencyBound}.
 */
@NullMarked
package io.ringhaul.internal.tuning;

import org.jspecify.annotations.NullMarked;
