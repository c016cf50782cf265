/**
 * A real Cassandra cluster on this machine, for demonstrations, tests and benchmarks: {@link
 * io.ringhaul.cli.sandbox.SandboxCluster}. Each node is a separate JVM process on its own loopback
 * address. The cluster writes only to Maven's local repository and to its own folder.
 */
@NullMarked
package io.ringhaul.cli.sandbox;

import org.jspecify.annotations.NullMarked;
