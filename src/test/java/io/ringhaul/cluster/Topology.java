package io.ringhaul.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * Marks a {@link ClusterTest} about replicas, coordinators or many vnodes. The build runs it on
 * three nodes with 256 vnodes each, and all other tests on one node with 16.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("topology")
public @interface Topology {}
