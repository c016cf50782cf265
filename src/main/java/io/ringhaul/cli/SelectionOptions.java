package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import io.ringhaul.Partitioning;
import io.ringhaul.ScanRequest;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.table.TableSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Selection of the rows to read. */
final class SelectionOptions {

  private static final String MOST_NODES = "1000";

  @Mixin private Conditions conditions = new Conditions();

  @Option(
      names = "--token-range",
      paramLabel = "START..END",
      description =
          "Reads only partitions whose token is greater than START and at most END; repeatable."
              + " Default: the whole ring.")
  private List<String> tokenRanges = new ArrayList<>();

  @Option(
      names = "--keys",
      paramLabel = "FILE",
      description =
          "Reads only the partitions whose keys are in a CSV file; its first line names the"
              + " columns of the partition key. Default: all partitions.")
  private @Nullable Path keys;

  @Option(
      names = "--ranges",
      paramLabel = "FILE",
      description =
          "Reads only the token ranges in a CSV file; its first line names the columns"
              + " start_token (exclusive) and end_token (inclusive). Default: the whole ring.")
  private @Nullable Path ranges;

  @Option(
      names = "--read-dc",
      paramLabel = "NAME",
      description =
          "Reads from the replicas in this data centre only. Default: the local data centre.")
  private @Nullable String datacenter;

  @Option(
      names = "--task-size",
      paramLabel = "SIZE",
      converter = OptionValues.ByteSize.class,
      description =
          "Splits the table into tasks of about this size, such as 64m, instead of by --tasks.")
  private @Nullable Long taskSize;

  boolean hasConditions() {
    return conditions.areGiven();
  }

  void apply(ScanRequest<?, ?> request) {
    conditions.apply(request);
    for (String range : tokenRanges) {
      OptionValues.NumberRange ends = OptionValues.NumberRange.parse("--token-range", range);
      request.tokenRange(ends.first(), ends.second());
    }
    if (datacenter != null) {
      // Before the session opens: by default, the driver connects to the local data centre only.
      ConnectionOptions.setDriverDefault(
          DefaultDriverOption.LOAD_BALANCING_DC_FAILOVER_MAX_NODES_PER_REMOTE_DC.getPath(),
          MOST_NODES);
      request.fromDatacenter(datacenter);
    }
    partition(request);
  }

  /** The source with the same conditions. */
  TableSource applied(TableSource source) {
    return conditions.applied(source);
  }

  private void partition(ScanRequest<?, ?> request) {
    if (keys != null && taskSize != null) {
      throw new InvalidSettingException(
          "--task-size", "--task-size and --keys exclude each other: each key is read separately");
    }
    if (ranges != null && (keys != null || taskSize != null)) {
      throw new InvalidSettingException(
          "--ranges",
          String.format(
              "--ranges and %s exclude each other: give one of them",
              keys != null ? "--keys" : "--task-size"));
    }
    if (keys != null) {
      request.partitionBy(Partitioning.byKeys(CsvSource.at(keys)));
    }
    if (ranges != null) {
      request.partitionBy(Partitioning.byRanges(CsvSource.at(ranges)));
    }
    if (taskSize != null) {
      request.partitionBy(Partitioning.bySize(taskSize));
    }
  }

  /** Which rows the queries of a scan return, and through which cache. */
  static final class Conditions {

    @Option(
        names = "--where",
        paramLabel = "CQL",
        description = "A CQL condition on the rows, such as \"amount > 10\". Default: all rows.")
    private @Nullable String where;

    @Option(
        names = "--allow-filtering",
        description = "Adds ALLOW FILTERING: the servers read every row to evaluate --where.")
    private boolean allowFiltering;

    @Option(
        names = "--read-through-cache",
        description =
            "Reads through ScyllaDB's row cache. Default: the scan bypasses the cache; Cassandra has"
                + " no such choice.")
    private boolean throughCache;

    private void apply(ScanRequest<?, ?> request) {
      if (where != null) {
        request.where(where);
      }
      if (allowFiltering) {
        request.allowFiltering();
      }
      if (throughCache) {
        request.readThroughCache();
      }
    }

    /** Whether there is a condition. */
    boolean areGiven() {
      return where != null;
    }

    TableSource applied(TableSource source) {
      TableSource read = where == null ? source : source.where(where);
      read = allowFiltering ? read.allowFiltering() : read;
      return throughCache ? read.readThroughCache() : read;
    }
  }
}
