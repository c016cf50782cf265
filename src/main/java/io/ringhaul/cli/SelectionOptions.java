package io.ringhaul.cli;

import io.ringhaul.ScanRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which rows of a table are read. */
final class SelectionOptions {

  @Option(
      names = "--where",
      paramLabel = "CQL",
      description = "A condition on the rows, in CQL, such as \"amount > 10\". Default: all rows.")
  private @Nullable String where;

  @Option(
      names = "--allow-filtering",
      description = "Sends ALLOW FILTERING: the servers read every row to find those of --where.")
  private boolean allowFiltering;

  @Option(
      names = "--token-range",
      paramLabel = "START..END",
      description =
          "Reads only partitions whose token is greater than START and at most END; repeatable."
              + " Default: the whole ring.")
  private List<String> tokenRanges = new ArrayList<>();

  void apply(ScanRequest<?, ?> request) {
    if (where != null) {
      request.where(where);
    }
    if (allowFiltering) {
      request.allowFiltering();
    }
    for (String range : tokenRanges) {
      NumberRange ends = NumberRange.parse("--token-range", range);
      request.tokenRange(ends.first(), ends.second());
    }
  }
}
