package io.ringhaul;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.ExportTarget;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes the rows of a table to a target and commits them there in one step. */
public final class ExportRequest extends ScanRequest<ExportRequest, ExportResult> {

  private @Nullable ExportTarget target;
  private List<CqlIdentifier> columns = List.of();
  private @Nullable UUID jobId;

  ExportRequest(TokenAwareBulkOperator operator, CqlIdentifier keyspace, CqlIdentifier table) {
    super(operator, keyspace, table);
  }

  /** Where the rows go. Required. */
  public ExportRequest to(ExportTarget exportTarget) {
    this.target = Objects.requireNonNull(exportTarget);
    return this;
  }

  /** The columns to export, in CQL form and in this order. Default: all of them. */
  public ExportRequest columns(String... names) {
    this.columns = TokenAwareBulkOperator.identifiers(List.of(names));
    return this;
  }

  /**
   * Names the export. A target that already holds a commit of this name is left as it is, and the
   * result's files and snapshot are that commit's. The target must still hold that commit: Iceberg
   * forgets it when its snapshot expires. Default: a new random name for every run.
   */
  public ExportRequest jobId(UUID id) {
    this.jobId = Objects.requireNonNull(id);
    return this;
  }

  @Override
  Operation<ExportResult> operation() {
    if (target == null) {
      throw new InvalidSettingException(
          "to", "An export needs a target: call to(...), for instance with IcebergTarget");
    }
    return new ExportOperation(
        settings(), target, columns, pageSize(), jobId == null ? UUID.randomUUID() : jobId);
  }

  @Override
  ExportRequest self() {
    return this;
  }
}
