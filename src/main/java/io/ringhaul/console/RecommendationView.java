package io.ringhaul.console;

import org.jspecify.annotations.Nullable;

/**
 * A value that a parameter should have.
 *
 * @param current its value now; null where it is not known
 * @param bottleneck the bottleneck that it would help against
 * @param applicable whether it can be applied now: the job runs, and has the parameter
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
