package io.ringhaul.monitor;

/**
 * What one node did within the time of a sample.
 *
 * @param node its address and port
 * @param latency of the requests that it coordinated and answered
 * @param errors requests that failed there
 * @param overloads those of them that failed since the node was overloaded or out of time
 * @param inFlight its requests in flight: those at the end of that time if the operation chooses
 *     the nodes itself, as with a bound for each node, and else as many as it had at once on
 *     average, by those that it answered
 */
public record NodeSample(String node, Latency latency, long errors, long overloads, int inFlight) {}
