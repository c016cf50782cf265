/**
 * Finds better settings for a job while it runs, and holds it back where others would suffer.
 *
 * <p>The rule is a search by multiplicative steps for the most rows per second: one parameter at a
 * time is changed, measured over a few samples of a second, kept if the job is faster beyond the
 * noise of its samples, and put back otherwise. Far from the usual value the step is a factor of
 * four towards it, else of two, and of one and a half when all have been found and it looks again
 * after 30 s, 60 s and so on. Of two values of the requests in flight that are equally fast the
 * smaller one is taken. An overload, answers after more than 5 s and a full heap take the change
 * back at once, or halve the requests in flight. The constants are with the code that uses them,
 * each with its reason.
 *
 * <p>Limits as in Netflix's {@code concurrency-limits-core}, which is kept up (0.5.4), were looked
 * at and not taken. They answer another question: how many requests a server takes before its
 * answers become slower than without load. A bulk job wants the most rows in a second and has no
 * use for a single quick answer, so it is best where requests do queue a little. They know the
 * requests in flight alone, and take the slower answer of a larger page or batch for congestion,
 * though it brings more rows; and what is the latency without load they never see in a job that
 * runs from its first second to its last. Where others must not suffer, their latency is measured
 * itself: see {@link io.ringhaul.internal.tuning.LatencyBound}.
 */
@NullMarked
package io.ringhaul.internal.tuning;

import org.jspecify.annotations.NullMarked;
