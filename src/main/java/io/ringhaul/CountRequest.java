package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.operation.BulkOperation;
import io.ringhaul.internal.operation.CountOperation;
import io.ringhaul.internal.operation.OperationJob;
import io.ringhaul.internal.operation.ScanSizing;
import io.ringhaul.job.JobOptions;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Counts the rows of a table on the server, range by range. */
public final class CountRequest extends ScanRequest<CountRequest, CountResult> {

  private @Nullable JobOptions job;
  private @Nullable UUID jobId;
  private String jobName = "";

  CountRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /**
   * Runs the count as a job, whose progress other processes can read and which they can stop. A
   * resumed count begins anew, and a completed one returns its result again. Default: no job store.
   */
  public CountRequest job(JobOptions options) {
    this.job = Objects.requireNonNull(options);
    return this;
  }

  /** The id of the job. Default: a new random id for every run. */
  public CountRequest jobId(UUID id) {
    this.jobId = Objects.requireNonNull(id);
    this.jobName = "";
    return this;
  }

  /**
   * {@link #jobId(UUID)} by a name, as {@link ExportRequest#jobId(String)} has it.
   *
   * @throws InvalidSettingException if the name is blank
   */
  public CountRequest jobId(String name) {
    this.jobId = OperationJob.id(name);
    this.jobName = name.strip();
    return this;
  }

  @Override
  BulkOperation<CountResult> operation() {
    int rowsToPage = pageSize();
    Optional<JobOptions> options = OperationJob.named(job, jobName);
    UUID id = OperationJob.id(job, jobId);
    return operation(
        sizing(),
        (settings, selection, sizing) ->
            new CountOperation(settings, selection, sizing, rowsToPage, options, id));
  }

  @Override
  ScanSizing sizing() {
    return CountOperation.SIZING;
  }

  @Override
  CountRequest self() {
    return this;
  }
}
