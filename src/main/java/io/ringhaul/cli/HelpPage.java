package io.ringhaul.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The help page of a command: what it does, one line of usage, examples, and its options by groups.
 */
final class HelpPage {

  private static final String REST = "General";

  /** The description of an option with a longer name starts on the next line. */
  private static final int WIDEST_OPTION = 32;

  /** The options of each group, in the order of the page. Other options are {@link #REST}. */
  private static final Map<String, List<String>> GROUPS = groups();

  private static final Map<String, List<String>> EXAMPLES =
      Map.ofEntries(
          Map.entry(
              "ringhaul",
              List.of(
                  "ringhaul demo",
                  "ringhaul count store.orders",
                  "ringhaul export store.orders --format=parquet --path=orders",
                  "ringhaul import store.orders --format=parquet --path=orders")),
          Map.entry(
              "ringhaul count",
              List.of(
                  "ringhaul count store.orders",
                  "ringhaul count store.orders --where=\"amount > 100\" --allow-filtering",
                  "ringhaul count store.orders --contact-point=10.0.0.1 --local-dc=dc1 -u reader")),
          Map.entry(
              "ringhaul profile",
              List.of("ringhaul profile store.orders", "ringhaul profile store.orders --json")),
          Map.entry(
              "ringhaul export",
              List.of(
                  "ringhaul export store.orders --format=parquet --path=orders",
                  "ringhaul export store.orders --format=iceberg --path=lake --mode=append",
                  "ringhaul export store.orders --format=iceberg --catalog=prod",
                  "ringhaul export store.orders --format=iceberg --catalog=prod --on=yarn",
                  "ringhaul export store.orders --format=csv --path=out --columns=id,amount",
                  "ringhaul export store.orders --format=csv --path=out -m 'order = id, * = *'",
                  "ringhaul export store.orders --format=json --path=out --job=nightly --resume",
                  "ringhaul export store.orders --format=json --path=- | gzip > orders.json.gz")),
          Map.entry(
              "ringhaul import",
              List.of(
                  "ringhaul import store.orders --format=parquet --path=orders",
                  "ringhaul import store.orders --format=csv --path=orders.csv --max-errors=100",
                  "ringhaul import store.orders --format=csv --path=in -m 'order = id, * = *'",
                  "ringhaul import store.orders --format=iceberg --path=lake --create-table",
                  "zcat orders.csv.gz | ringhaul import store.orders --format=csv --path=-")),
          Map.entry(
              "ringhaul copy",
              List.of(
                  "ringhaul copy store.orders --from-contact-point=10.0.0.1 --create-table",
                  "ringhaul copy archive.orders --from=store.orders --where=\"status = 'paid'\"",
                  "ringhaul copy store.orders --from-driver-config=old.conf --job=move --resume")),
          Map.entry(
              "ringhaul verify",
              List.of(
                  "ringhaul verify store.orders --format=iceberg --path=lake",
                  "ringhaul verify store.orders --from-contact-point=10.0.0.1",
                  "ringhaul verify archive.orders --from=store.orders --differences=diff.jsonl",
                  "ringhaul verify store.orders --from-contact-point=10.0.0.1 --compare-cell-times",
                  "ringhaul verify store.orders --format=parquet --path=backup"
                      + " --written-before=2026-01-31T00:00:00Z")),
          Map.entry(
              "ringhaul repair",
              List.of(
                  "ringhaul repair store.orders --from-contact-point=10.0.0.1",
                  "ringhaul repair store.orders --from-contact-point=10.0.0.1 --apply",
                  "ringhaul repair store.orders --format=iceberg --path=lake --delete-extra"
                      + " --apply")),
          Map.entry(
              "ringhaul delete",
              List.of(
                  "ringhaul delete store.orders --where=\"status = 'void'\" --allow-filtering",
                  "ringhaul delete store.orders --format=csv --path=keys.csv --apply",
                  "ringhaul delete store.orders --from=store.closed --apply --job=cleanup")),
          Map.entry(
              "ringhaul plan",
              List.of(
                  "ringhaul plan count store.orders",
                  "ringhaul plan export store.orders --format=parquet --path=orders --tasks=100")),
          Map.entry(
              "ringhaul jobs",
              List.of(
                  "ringhaul jobs list",
                  "ringhaul jobs show nightly-orders",
                  "ringhaul jobs resume nightly-orders --parallelism=8")),
          Map.entry(
              "ringhaul console",
              List.of("ringhaul console", "ringhaul console --port=0 --import-from=/data")),
          Map.entry("ringhaul demo", List.of("ringhaul demo --rows=100000")));

  private HelpPage() {}

  private static Map<String, List<String>> groups() {
    Map<String, List<String>> groups = new LinkedHashMap<>();
    groups.put(
        "Connection",
        List.of(
            "--contact-point",
            "--local-dc",
            "--username",
            "--password",
            "--driver-config",
            "--consistency"));
    groups.put(
        "Source table",
        List.of(
            "--from",
            "--from-contact-point",
            "--from-local-dc",
            "--from-username",
            "--from-driver-config",
            "--from-consistency"));
    groups.put(
        "Table and rows",
        List.of(
            "--keyspace",
            "--table",
            "--columns",
            "--mapping",
            "--query",
            "--where",
            "--allow-filtering",
            "--token-range",
            "--keys",
            "--ranges",
            "--read-through-cache",
            "--read-dc",
            "--max-rows",
            "--max-records",
            "--largest",
            "--create-table",
            "--primary-key",
            "--create-indexes-and-views",
            "--null-to-unset",
            "--compare-cell-times",
            "--tolerate",
            "--delete-extra",
            "--apply",
            "--dry-run",
            "--verify"));
    groups.put(
        "Files and format",
        List.of(
            "--format",
            "--path",
            "--paths",
            "--storage-property",
            "--mode",
            "--compression",
            "--max-file-size",
            "--max-disk",
            "--encoding",
            "--time-zone",
            "--truncate-timestamps",
            "--drop-null-elements",
            "--max-record-size"));
    groups.put(
        "CSV and JSON",
        List.of(
            "--dialect",
            "--delimiter",
            "--header",
            "--null-value",
            "--booleans",
            "--number-locale",
            "--trimmed",
            "--timestamp-format",
            "--date-format",
            "--time-format",
            "--max-columns",
            "--skip-records",
            "--single-array"));
    groups.put(
        "Iceberg",
        List.of(
            "--iceberg-table",
            "--catalog",
            "--catalog-property",
            "--partition-by",
            "--overwrite-partitions",
            "--incremental",
            "--detect-deletes",
            "--overlap",
            "--branch",
            "--tag",
            "--snapshot",
            "--changes",
            "--types",
            "--decimals",
            "--decimal",
            "--uuids",
            "--as-text",
            "--table-property"));
    groups.put(
        "Write times and times to live",
        List.of(
            "--with-writetime",
            "--with-ttl",
            "--with-expiry",
            "--written-after",
            "--written-before",
            "--written-in",
            "--ignore-cell-times",
            "--ttl-read-at"));
    groups.put(
        "Rows that do not fit", List.of("--on-unrepresentable", "--max-errors", "--rejects"));
    groups.put("Differences", List.of("--differences", "--max-differences"));
    groups.put(
        "Counters and lists",
        List.of("--add-to-counters", "--replay-in-doubt", "--retry-non-idempotent"));
    groups.put(
        "Job",
        List.of(
            "--job", "--resume", "--job-store", "--job-id", "--job-description", "--job-label"));
    groups.put(
        "Throttling",
        List.of(
            "--rate",
            "--max-bytes-per-second",
            "--max-in-flight-per-node",
            "--max-cpu",
            "--protect-latency",
            "--window",
            "--priority"));
    groups.put(
        "Speed",
        List.of(
            "--parallelism",
            "--tasks",
            "--task-size",
            "--fixed-tasks",
            "--page-size",
            "--grouping",
            "--max-batch-statements",
            "--max-batch-bytes",
            "--balancing",
            "--max-attempts",
            "--tune"));
    groups.put("Spark", List.of(SparkOptions.ON, SparkOptions.CONF));
    return groups;
  }

  /** The option names of a group. */
  static Collection<String> group(String name) {
    return Objects.requireNonNull(GROUPS.get(name), name);
  }

  /** Uses this page for a command and its subcommands, at the width of the terminal. */
  static void use(CommandLine commandLine) {
    commandLine.getCommandSpec().usageMessage().autoWidth(true).longOptionsMaxWidth(WIDEST_OPTION);
    Map<String, CommandLine.IHelpSectionRenderer> sections = new LinkedHashMap<>();
    sections.put("usage", HelpPage::synopsis);
    sections.put("summary", help -> System.lineSeparator() + help.description());
    sections.put("examples", HelpPage::examples);
    sections.put("parameters", HelpPage::parameters);
    sections.put("commands", HelpPage::commands);
    sections.put("options", HelpPage::options);
    sections.put("exitCodes", help -> help.exitCodeListHeading() + help.exitCodeList());
    commandLine.setHelpSectionKeys(List.copyOf(sections.keySet()));
    commandLine.setHelpSectionMap(sections);
    commandLine.getSubcommands().values().forEach(HelpPage::use);
  }

  /** One line: required options and parameters, then the rest in short. */
  private static String synopsis(Help help) {
    CommandSpec spec = help.commandSpec();
    String required =
        spec.options().stream()
            .filter(OptionSpec::required)
            .map(option -> " " + option.longestName() + "=" + option.paramLabel())
            .collect(Collectors.joining());
    String parameters =
        spec.positionalParameters().stream()
            .map(each -> " " + each.paramLabel())
            .collect(Collectors.joining());
    return String.format(
        "Usage: %s%s%s%s%n",
        spec.qualifiedName(),
        spec.subcommands().isEmpty() ? parameters : " COMMAND",
        required,
        spec.options().stream().allMatch(OptionSpec::required) ? "" : " [OPTION...]");
  }

  private static String examples(Help help) {
    List<String> examples = EXAMPLES.getOrDefault(help.commandSpec().qualifiedName(), List.of());
    return examples.isEmpty()
        ? ""
        : section("Examples", examples.stream().map(each -> "  " + each).toList());
  }

  private static String parameters(Help help) {
    return help.commandSpec().positionalParameters().isEmpty()
        ? ""
        : title("What") + help.parameterList();
  }

  private static String commands(Help help) {
    return help.subcommands().isEmpty() ? "" : title("Commands") + help.commandList();
  }

  private static String options(Help help) {
    Map<String, List<OptionSpec>> byGroup = new LinkedHashMap<>();
    GROUPS.forEach((group, names) -> byGroup.put(group, new ArrayList<>()));
    byGroup.put(REST, new ArrayList<>());
    Set<OptionSpec> left = new LinkedHashSet<>(help.commandSpec().options());
    GROUPS.forEach(
        (group, names) ->
            names.forEach(
                name -> {
                  OptionSpec option = help.commandSpec().findOption(name);
                  if (option != null && left.remove(option)) {
                    Objects.requireNonNull(byGroup.get(group)).add(option);
                  }
                }));
    Objects.requireNonNull(byGroup.get(REST)).addAll(left);
    return byGroup.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(each -> title(each.getKey()) + list(help, each.getValue()))
        .collect(Collectors.joining());
  }

  /** Options with their descriptions, in the columns of the whole page. */
  static String list(Help help, List<OptionSpec> options) {
    Help.Layout layout =
        help.createDefaultLayout(
            help.commandSpec().options(),
            help.commandSpec().positionalParameters(),
            help.colorScheme());
    layout.addAllOptions(
        options.stream().filter(each -> !each.hidden()).toList(), help.parameterLabelRenderer());
    return layout.toString();
  }

  private static String section(String title, List<String> lines) {
    return title(title)
        + Stream.concat(lines.stream(), Stream.of(""))
            .collect(Collectors.joining(System.lineSeparator()));
  }

  static String title(String title) {
    return System.lineSeparator() + title + ":" + System.lineSeparator();
  }
}
