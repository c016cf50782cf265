/**
 * A real Cassandra cluster on this machine, for demonstrations, tests and benchmarks: {@link
 * io.ringhaul.cli.sandbox.SandboxCluster}. Each node is a JVM process of its own on a loopback
 * address of its own; nothing but Maven's local repository and the cluster's folder is written to.
 */
@NullMarked
package io.ringhaul.cli.sandbox;

import org.jspecify.annotations.NullMarked;
