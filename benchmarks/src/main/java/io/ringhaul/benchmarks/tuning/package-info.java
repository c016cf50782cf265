/** Jobs that are watched for a while and then given up. */
@NullMarked
package io.ringhaul.benchmarks.tuning;

import org.jspecify.annotations.NullMarked;
