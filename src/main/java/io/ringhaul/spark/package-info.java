/**
 * Counts, exports and imports whose tasks run on the executors of Apache Spark, and tables as data
 * frames. Requires {@code org.apache.spark:spark-core}, for data frames {@code spark-sql}, 3.5 or
 * 4.0, which Spark brings.
 */
@NullMarked
package io.ringhaul.spark;

import org.jspecify.annotations.NullMarked;
