package io.ringhaul.console;

import io.ringhaul.format.CommitResult;
import io.ringhaul.internal.operation.JobSubject;
import io.ringhaul.internal.telemetry.StoredCondition;
import io.ringhaul.job.Job;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What a completed job made.
 *
 * @param rows the rows of all its runs; for a count, those of its last run
 * @param rowsPerSecond the mean rate over the time of all its runs, for a count over that of its
 *     last run; null if they took no time
 * @param files the number of files that an export committed; null for other jobs
 * @param bytes the size of these files; null for other jobs
 * @param location where they are; for an import, where its source is; null if unknown
 * @param snapshot the snapshot with them, in formats that have snapshots; null otherwise. A text,
 *     since it can exceed the numbers of JavaScript
 * @param limitedBy what limited the last run; null if unknown
 */
record ResultView(
    long rows,
    @Nullable Double rowsPerSecond,
    @Nullable Long files,
    @Nullable Long bytes,
    @Nullable String location,
    @Nullable String snapshot,
    ConditionView.@Nullable LimitView limitedBy) {

  static ResultView of(Job job, JobSubject subject, StoredCondition condition) {
    Optional<CommitResult> committed = subject.committed();
    OptionalDouble rate = job.rowsPerSecond();
    return new ResultView(
        job.figures().rows(),
        rate.isPresent() ? rate.getAsDouble() : null,
        committed.map(each -> (long) each.files()).orElse(null),
        committed.map(CommitResult::fileBytes).orElse(null),
        committed.map(CommitResult::location).or(subject::location).orElse(null),
        committed
            .filter(each -> each.snapshotId().isPresent())
            .map(each -> Long.toString(each.snapshotId().getAsLong()))
            .orElse(null),
        ConditionView.LimitView.ofWhole(condition));
  }
}
