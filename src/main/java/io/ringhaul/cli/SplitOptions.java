package io.ringhaul.cli;

import io.ringhaul.ScanRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a table that is read is divided. */
final class SplitOptions {

  @Option(
      names = "--splits",
      paramLabel = "N",
      description = "About how many tasks. Default: by the table's estimated size.")
  private @Nullable Integer splits;

  <S extends ScanRequest<S, R>, R> S applyTo(S request) {
    return splits == null ? request : request.splitCount(splits);
  }
}
