package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares what the commands print about their results with approved texts. */
@ClusterTest
class SummaryIT {

  private static final int ROWS = 1_200;

  /** In this order: imports read what exports write, and jobs are listed at the end. */
  private static final Map<String, String> COMMANDS =
      commands(
          "count.txt", "count store.orders",
          "plan.txt", "plan export store.orders --format=csv --path=FOLDER/orders",
          "plan-iceberg.txt", "plan export store.orders --format=iceberg --path=FOLDER/lake",
          "export-csv.txt", "export store.orders --format=csv --path=FOLDER/orders --job=nightly",
          "export-iceberg.txt", "export store.orders --format=iceberg --path=FOLDER/lake",
          "import-csv.txt", "import store.copy --format=csv --path=FOLDER/orders",
          "jobs-list.txt", "jobs list",
          "jobs-show.txt", "jobs show nightly");

  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void fill() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".orders (id int PRIMARY KEY, note text)");
    TestCluster.define("CREATE TABLE " + keyspace + ".copy (id int PRIMARY KEY, note text)");
    for (int id = 0; id < ROWS; id++) {
      TestCluster.session()
          .execute("INSERT INTO " + keyspace + ".orders (id, note) VALUES (" + id + ", 'a note')");
    }
  }

  @Test
  void summariesAreApproved() throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    COMMANDS.forEach((name, words) -> texts.put(name, "$ ringhaul " + words + "\n" + run(words)));
    ApprovedTexts.assertApproved("summaries", texts);
  }

  /** What a person sees: standard error, with the job's id, then standard output. */
  private String run(String words) {
    String here = words.replace("store.", keyspace + ".").replace("FOLDER", folder.toString());
    List<String> arguments = new ArrayList<>(List.of(here.split(" ")));
    if (!words.startsWith("jobs")) {
      arguments.add("--contact-point=" + TestCluster.contactPoint());
      arguments.add("--tasks=4");
    }
    if (!words.startsWith("count")) {
      arguments.add("--job-store=" + folder.resolve("jobs.db"));
    }
    CapturedRun run = CapturedRun.inProcess(arguments.toArray(String[]::new));
    assertThat(run.exitCode()).as(run.err()).isZero();
    return masked(run.err() + run.out());
  }

  /** The text without what differs from run to run; columns of a table are two spaces apart. */
  private String masked(String text) {
    return text.replace(folder.toString(), "FOLDER")
        .replace(keyspace, "store")
        // What libraries log once in a process.
        .replaceAll("(?m)^\\[.*] (INFO|WARN) .*\\R", "")
        // What a slow machine prints too.
        .replaceAll("(?m)^\\w+ store\\.\\w+: \\d+ %, .*\\R", "")
        .replaceAll("(?m)^(  )?limited by .*\\R", "")
        .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID")
        .replaceAll("(?m)^[0-9a-f]{8}  ", "ID  ")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z", "TIME")
        .replaceAll("\\d+(\\.\\d+){3}:\\d+", "NODE")
        .replaceAll("[\\d,.]+ rows/s", "N rows/s")
        .replaceAll("[\\d.]+ [kM]B \\([\\d,]+ bytes\\)", "SIZE")
        .replaceAll("[\\d.]+ ([kM]B|bytes)", "SIZE")
        .replaceAll("\\b[\\d.]+ s\\b", "N s")
        .replaceAll("[\\d,]+ (tasks?|(?:token )?ranges?|done)\\b", "N $1")
        .replaceAll("(?m)^(tasks +)\\d+", "$1N")
        .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d(:\\d\\d \\S+)?", "TIME")
        .replaceAll("(rows/s  +)[\\d,]+", "$1N")
        .replaceAll("(  100 %  +1,200  +)[\\d,]+ ", "$1N ")
        .replaceAll("(snapshot|files)( +)\\d+", "$1$2N")
        .replaceAll("(process +)\\d+ on \\S+,", "$1N on HOST,")
        .replaceAll("(?<=\\S) {2,}", "  ");
  }

  private static Map<String, String> commands(String... namesAndCommands) {
    Map<String, String> commands = new LinkedHashMap<>();
    for (int i = 0; i < namesAndCommands.length; i += 2) {
      commands.put(namesAndCommands[i], namesAndCommands[i + 1]);
    }
    return commands;
  }
}
