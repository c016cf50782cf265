package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import io.ringhaul.OperationPlan;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.schema.ColumnDescription;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the tasks of a count or an export, and runs none of them. */
@Command(
    name = "plan",
    description =
        "Shows what a count or an export would do: its tasks, their sizes and replicas, and the"
            + " columns and types of an export. Sends nothing but queries for the schema and size estimates, and writes nothing.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class PlanCommand implements Callable<Integer> {

  private static final List<String> PLANNED = List.of("count", "export");

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND [ARGUMENT...]",
      hideParamSyntax = true,
      description = "A count or export command with its arguments.")
  private List<String> words = new ArrayList<>();

  @Option(names = "--json", description = "Prints the plan as one line of JSON, with all tasks.")
  private boolean json;

  /** Passes unknown options on to the planned command, if the command line has this command. */
  static void configure(CommandLine commandLine) {
    CommandLine plan = commandLine.getSubcommands().get("plan");
    if (plan != null) {
      plan.setUnmatchedOptionsArePositionalParams(true);
    }
  }

  @Override
  public Integer call() {
    if (!PLANNED.contains(words.get(0))) {
      throw new InvalidSettingException(
          "COMMAND", "Give the command to plan, count or export, not '" + words.get(0) + "'");
    }
    OperationPlan plan = Main.operation(words).plan();
    if (json) {
      JsonResult.print(facts(plan));
    } else {
      print(plan);
    }
    return ExitCode.DONE;
  }

  private void print(OperationPlan plan) {
    PrintWriter out = TerminalText.out();
    out.printf("%s %s%n", words.get(0), plan.table());
    long bytes = plan.estimatedBytes();
    out.printf(
        "  size       %s%n",
        bytes == 0
            ? "unknown: the servers have no estimate yet"
            : "about " + Figures.roundedSize(bytes));
    out.printf(
        Locale.ROOT,
        "  tasks      %,d with %s%s%n",
        plan.tasks().size(),
        Figures.count(plan.ranges(), "token range", "token ranges"),
        bytes == 0 || plan.tasks().isEmpty()
            ? ""
            : ", about " + Figures.roundedSize(bytes / plan.tasks().size()) + " each");
    out.printf("  in flight  %s%n", Figures.count(plan.parallelism(), "request", "requests"));
    plan.columns().forEach(column -> out.printf("  column     %s%n", text(column)));
    owners(plan).forEach((node, tasks) -> out.printf("  owner      %s: %s%n", node, tasks));
  }

  private static String text(OperationPlan.Column column) {
    ColumnDescription described = column.column();
    String cql =
        CqlIdentifier.fromInternal(described.name()).asCql(true)
            + " "
            + described.type().asCql(false, true);
    return column.targetType().isEmpty() ? cql : cql + ", stored as " + column.targetType();
  }

  /** The number of tasks of each owner and their share of the rows. */
  private static Map<String, String> owners(OperationPlan plan) {
    Map<String, List<OperationPlan.Task>> owners = new TreeMap<>();
    for (OperationPlan.Task task : plan.tasks()) {
      String owner = task.replicas().isEmpty() ? "unknown" : task.replicas().get(0);
      owners.computeIfAbsent(owner, each -> new ArrayList<>()).add(task);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    owners.forEach(
        (owner, tasks) ->
            texts.put(
                owner,
                String.format(
                    Locale.ROOT,
                    "%s, %.1f %% of the tokens",
                    Figures.count(tasks.size(), "task", "tasks"),
                    tasks.stream().mapToDouble(OperationPlan.Task::share).sum() * 100)));
    return texts;
  }

  private static Map<String, Object> facts(OperationPlan plan) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("table", plan.table());
    facts.put(
        "columns",
        plan.columns().stream()
            .map(
                column -> {
                  Map<String, Object> one = new LinkedHashMap<>();
                  one.put("name", column.column().name());
                  one.put("type", column.column().type().asCql(false, true));
                  one.put("targetType", column.targetType());
                  return one;
                })
            .toList());
    facts.put("parallelism", plan.parallelism());
    facts.put("estimatedBytes", plan.estimatedBytes());
    facts.put(
        "tasks",
        plan.tasks().stream()
            .map(
                task -> {
                  Map<String, Object> one = new LinkedHashMap<>();
                  one.put("number", task.number());
                  one.put("share", task.share());
                  one.put("replicas", task.replicas());
                  one.put(
                      "tokenRanges",
                      task.tokens().ranges().stream().map(Object::toString).toList());
                  return one;
                })
            .toList());
    return facts;
  }
}
