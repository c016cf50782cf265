/** The stores of jobs: SQLite, PostgreSQL and memory, with one set of rules. */
@NullMarked
package io.ringhaul.internal.jobstore;

import org.jspecify.annotations.NullMarked;
