/**
 * Counts, exports and imports whose tasks run on the executors of Apache Spark. Requires {@code
 * org.apache.spark:spark-core} 3.5 or 4.0, which Spark brings.
 */
@NullMarked
package io.ringhaul.spark;

import org.jspecify.annotations.NullMarked;
