package io.ringhaul.cli;

import io.ringhaul.KeyspaceRequest;
import io.ringhaul.ProfileRequest;
import io.ringhaul.TableProfile;
import io.ringhaul.TokenAwareBulkOperator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells how the rows of a table are distributed. */
@Command(
    name = "profile",
    description =
        "Reads a table and tells how its rows are distributed: rows for each node and token range,"
            + " the largest partitions, sizes of partitions, and nulls and sizes of columns.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ProfileCommand extends OperationCommand<ProfileRequest, TableProfile> {

  @Mixin private SelectionOptions selection = new SelectionOptions();

  @Option(
      names = "--largest",
      paramLabel = "N",
      description = "Number of largest partitions to name. Default: 10.")
  private @Nullable Integer largest;

  @Override
  ProfileRequest request(TokenAwareBulkOperator operator) {
    return operator.profile(table().keyspace(), table().table());
  }

  @Override
  KeyspaceRequest<ProfileRequest, TableProfile> keyspaceRequest(TokenAwareBulkOperator operator) {
    return operator.profileKeyspace(table().keyspace());
  }

  @Override
  void set(ProfileRequest request) {
    selection.apply(request);
    if (largest != null) {
      request.largest(largest);
    }
  }

  @Override
  void describe(TableProfile profile, ResultReport report) {
    report.addCount("partitions", profile.partitions());
    report.addSize("valueBytes", profile.valueBytes());
    report.addAll(
        "nodes",
        profile.replicas().stream()
            .map(each -> each.node() + ": " + held(each.partitions(), each.rows(), each.bytes()))
            .toList(),
        profile.replicas().stream()
            .map(
                each -> {
                  Map<String, Object> facts = new LinkedHashMap<>();
                  facts.put("node", each.node());
                  return held(facts, each.partitions(), each.rows(), each.bytes());
                })
            .toList());
    report.addAll(
        "ranges",
        List.of(spread(profile.ranges())),
        profile.ranges().stream()
            .map(
                each -> {
                  Map<String, Object> facts = new LinkedHashMap<>();
                  facts.put("startToken", each.tokens().startExclusive());
                  facts.put("endToken", each.tokens().endInclusive());
                  return held(facts, each.partitions(), each.rows(), each.bytes());
                })
            .toList());
    largest("largestByRows", profile.largestByRows(), report);
    largest("largestByBytes", profile.largestByBytes(), report);
    report.addAll(
        "sizes",
        profile.sizes().stream()
            .map(
                each ->
                    Figures.count(each.partitions(), "partition", "partitions")
                        + " of up to "
                        + Figures.size(each.mostBytes()))
            .toList(),
        profile.sizes().stream()
            .map(each -> Map.of("mostBytes", each.mostBytes(), "partitions", each.partitions()))
            .toList());
    report.addAll(
        "columns",
        profile.columns().stream()
            .map(
                each ->
                    String.format(
                        Locale.ROOT,
                        "%s: %s, %s",
                        each.name(),
                        Figures.count(each.nulls(), "null", "nulls"),
                        Figures.size(each.bytes())))
            .toList(),
        profile.columns().stream()
            .map(
                each -> {
                  Map<String, Object> facts = new LinkedHashMap<>();
                  facts.put("name", each.name());
                  facts.put("nulls", each.nulls());
                  facts.put("bytes", each.bytes());
                  return facts;
                })
            .toList());
  }

  private static void largest(
      String name, List<TableProfile.Partition> partitions, ResultReport report) {
    report.addAll(
        name,
        partitions.stream()
            .map(
                each ->
                    String.format(
                        Locale.ROOT,
                        "%s: %s, %s",
                        each.key(),
                        Figures.count(each.rows(), "row", "rows"),
                        Figures.size(each.bytes())))
            .toList(),
        partitions.stream()
            .map(
                each -> {
                  Map<String, Object> facts = new LinkedHashMap<>();
                  facts.put("key", each.key());
                  facts.put("rows", each.rows());
                  facts.put("bytes", each.bytes());
                  return facts;
                })
            .toList());
  }

  private static String held(long partitions, long rows, long bytes) {
    return String.join(
        ", ",
        Figures.count(partitions, "partition", "partitions"),
        Figures.count(rows, "row", "rows"),
        Figures.size(bytes));
  }

  private static Map<String, Object> held(
      Map<String, Object> facts, long partitions, long rows, long bytes) {
    facts.put("partitions", partitions);
    facts.put("rows", rows);
    facts.put("bytes", bytes);
    return facts;
  }

  /** The least, the middle and the largest number of rows in a token range. */
  private static String spread(List<TableProfile.Range> ranges) {
    long[] rows = ranges.stream().mapToLong(TableProfile.Range::rows).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%s with %,d to %,d rows, %,d in the middle",
        Figures.count(rows.length, "token range", "token ranges"),
        rows[0],
        rows[rows.length - 1],
        rows[rows.length / 2]);
  }
}
