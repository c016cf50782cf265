package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that escape sequences in data, names and errors never reach the terminal. */
@ClusterTest
class TerminalTextIT {

  /**
   * Clears the screen, sets the clipboard, rings the bell; the last sequence starts with a single
   * C1 character.
   */
  private static final String HOSTILE = "x\u001b[2J\u001b]52;c;cHduZWQ=\u0007\u009b31m\u202ey";

  private static final String SHOWN = "x\\u001b[2J\\u001b]52;c;cHduZWQ=\\u0007\\u009b31m\\u202ey";

  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void makeTable() {
    keyspace = TestCluster.newKeyspace(3);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY, v int)");
  }

  @Test
  void escapesAValueInTheErrorOfAnImport() throws IOException {
    CapturedRun run = importing("id,v\n1," + HOSTILE + "\n");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(SHOWN);
    assertPlain(run);
  }

  @Test
  void escapesTheHeaderOfAFile() throws IOException {
    CapturedRun run = importing("id," + HOSTILE + "\n1,2\n");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(SHOWN);
    assertPlain(run);
  }

  @Test
  void escapesJobNamesAndErrors() throws IOException {
    UUID id = UUID.randomUUID();
    importing(
        "id,v\n1," + HOSTILE + "\n",
        "--job-id=" + id,
        "--job=" + HOSTILE,
        "--job-description=about " + HOSTILE,
        "--job-label=team=" + HOSTILE);
    CapturedRun listed = jobs("list");
    assertThat(listed.out()).contains("  " + SHOWN + "  ");
    assertPlain(listed);
    CapturedRun shown = jobs("show", id.toString());
    assertThat(shown.out())
        .contains("name         " + SHOWN)
        .contains("description  about " + SHOWN)
        .contains("label        team=" + SHOWN)
        .containsPattern("error +.*" + java.util.regex.Pattern.quote(SHOWN));
    assertPlain(shown);
    assertThat(jobs("show", id.toString(), "--json").json().path("name").asText())
        .isEqualTo(HOSTILE);
    CapturedRun cleaned = jobs("clean", id.toString());
    assertThat(cleaned.out()).contains(SHOWN);
    assertPlain(cleaned);
  }

  /**
   * The logger of a separate process also escapes, and logs no warning about a reported failure.
   */
  @Test
  void reportsFailedImportOnce() throws IOException, InterruptedException {
    StringBuilder csv = new StringBuilder("id,v\n");
    for (int id = 0; id < 100; id++) {
      csv.append(id).append(",1\n");
    }
    Path file = Files.writeString(folder.resolve("rows.csv"), csv + "100," + HOSTILE + "\n");
    CapturedRun run =
        CapturedRun.inChild(
            folder,
            "import",
            keyspace + ".t",
            "--format=csv",
            "--path=" + file,
            "--tasks=1",
            "--contact-point=" + TestCluster.contactPoint(),
            "--job-store=none");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(SHOWN).doesNotContain("not flushed");
    assertPlain(run);
  }

  @Test
  void escapesLineBreaksInNames() throws IOException {
    importing("id,v\n1,2\n", "--job=one\n00000000  two");
    assertThat(jobs("list").out()).hasLineCount(2).contains("one\\n00000000  two");
  }

  @Test
  void escapesTheLocationInAResult() throws IOException {
    Path file = Files.writeString(folder.resolve("a\u001b[2J.csv"), "id,v\n1,2\n");
    CapturedRun run = command("import", keyspace + ".t", "--format=csv", "--path=" + file);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).contains("a\\u001b[2J.csv");
    assertPlain(run);
  }

  private CapturedRun importing(String csv, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("rows.csv"), csv);
    List<String> arguments =
        new ArrayList<>(List.of("import", keyspace + ".t", "--format=csv", "--path=" + file));
    arguments.addAll(List.of(more));
    return command(arguments.toArray(String[]::new));
  }

  private CapturedRun command(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--contact-point=" + TestCluster.contactPoint());
    all.add("--job-store=" + folder.resolve("jobs.db"));
    return CapturedRun.inProcess(all.toArray(String[]::new));
  }

  private CapturedRun jobs(String... arguments) {
    List<String> all = new ArrayList<>(List.of("jobs"));
    all.addAll(List.of(arguments));
    all.add("--job-store=" + folder.resolve("jobs.db"));
    return CapturedRun.inProcess(all.toArray(String[]::new));
  }

  private static void assertPlain(CapturedRun run) {
    assertThat((run.out() + run.err()).chars())
        .noneMatch(each -> (Character.isISOControl(each) && each != '\n') || each == '\u202e');
  }
}
