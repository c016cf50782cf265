/**
 * The stores of jobs, in SQLite and PostgreSQL. {@code StoreDatabase} opens a database and runs
 * transactions; {@code StoredJobs} and {@code StoredRun} hold the rules of jobs and runs; {@code
 * JobRows} reads and writes their rows; {@code StoredTelemetry} and {@code MetricHistory} do the
 * same for telemetry. The SQL is in {@code schema.sql}, {@code jobs.sql} and {@code telemetry.sql}.
 */
@NullMarked
package io.ringhaul.internal.jobstore;

import org.jspecify.annotations.NullMarked;
