package io.ringhaul.cli;

import io.ringhaul.WriteRequest;
import io.ringhaul.batch.Grouping;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the records of a source become rows, their batches, and the limit of rejected rows. */
final class BatchOptions {

  @Option(
      names = {"-m", "--mapping"},
      paramLabel = "MAPPING",
      description =
          "Which fields belong to which columns, as in 'name = customer, uuid() = id, * = *', with"
              + " constants and a TTL or write time for the row. Default: fields have the names of"
              + " their columns.")
  private @Nullable String mapping;

  @Option(
      names = "--grouping",
      paramLabel = "WAY",
      description =
          "Which rows share a batch: ${COMPLETION-CANDIDATES}. Default: replica_set, which"
              + " combines small batches of single partitions with the same replicas into one"
              + " request, up to the server's warning threshold.")
  private @Nullable Grouping grouping;

  @Option(
      names = "--max-batch-statements",
      paramLabel = "N",
      description =
          "Maximum number of rows per batch; 1 sends each row in its own request. Default: 100.")
  private @Nullable Integer maxBatchStatements;

  @Option(
      names = "--max-batch-bytes",
      paramLabel = "BYTES",
      converter = OptionValues.ByteSize.class,
      description =
          "Maximum size of a batch's values in bytes, such as 128k; a larger row is sent alone."
              + " Default: 64k.")
  private @Nullable Long maxBatchBytes;

  @Option(
      names = "--max-errors",
      paramLabel = "N|P%",
      converter = OptionValues.ErrorLimit.Converter.class,
      description =
          "Rejects bad rows, and fails when more than this number or percentage of the rows read"
              + " is rejected, such as 0.5%%. Default: no limit with --on-unrepresentable reject.")
  private OptionValues.@Nullable ErrorLimit maxErrors;

  Optional<String> mapping() {
    return Optional.ofNullable(mapping);
  }

  void apply(WriteRequest<?, ?> request) {
    if (mapping != null) {
      request.mapping(mapping);
    }
    if (grouping != null) {
      request.grouping(grouping);
    }
    if (maxBatchStatements != null) {
      request.maxBatchStatements(maxBatchStatements);
    }
    if (maxBatchBytes != null) {
      request.maxBatchBytes((int) Math.min(Integer.MAX_VALUE, maxBatchBytes));
    }
    if (maxErrors != null) {
      maxErrors.apply(request);
    }
  }
}
