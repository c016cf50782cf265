package io.ringhaul.console;

import org.jspecify.annotations.Nullable;

/**
 * A recommended value of a parameter.
 *
 * @param current the current value; null if unknown
 * @param bottleneck the bottleneck that the value counters
 * @param applicable true if the value can be applied now: the job runs and has the parameter
 */
record RecommendationView(
    String id,
    String job,
    String parameter,
    @Nullable Long current,
    long proposed,
    String reason,
    @Nullable String bottleneck,
    boolean applicable) {}
