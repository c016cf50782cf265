package io.ringhaul.monitor;

/**
 * The requests of one node within a sample.
 *
 * @param node its address and port
 * @param latency the latency of the requests that the node coordinated and answered
 * @param errors failed requests
 * @param overloads the failed requests whose cause was an overload or a timeout
 * @param inFlight requests in flight: the number at the end of the sample if the operation chooses
 *     the nodes itself, as with a limit per node; otherwise the mean number, from the answered
 *     requests
 */
public record NodeSample(String node, Latency latency, long errors, long overloads, int inFlight) {}
