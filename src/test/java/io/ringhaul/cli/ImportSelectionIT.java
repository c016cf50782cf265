package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the options of imports that choose files and records. */
@ClusterTest
class ImportSelectionIT {

  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void create() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define("CREATE TABLE " + keyspace + ".t (id int PRIMARY KEY)");
  }

  @BeforeEach
  void empty() {
    TestCluster.session().execute("TRUNCATE " + keyspace + ".t");
  }

  @Test
  void pathsAreReadFromFile() throws IOException {
    csv("a/one.csv", 1);
    csv("b/two.csv", 2);
    csv("b/three.csv", 3);
    csv("c/four.csv", 4);
    csv("c/left-out.txt", 5);
    Path list =
        list(
            "\ufeff# the files of today",
            "",
            folder + "/a/one.csv  ",
            folder + "/b/*.csv",
            folder + "/b/two.csv",
            folder + "/c");
    CapturedRun run = run("--paths=" + list);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.facts()).contains("location: " + folder + "/a/one.csv and 3 more");
    assertThat(ids()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void listsFoldersWithManifests() throws IOException {
    for (int id = 1; id <= 6; id++) {
      TestCluster.session().execute("INSERT INTO " + keyspace + ".t (id) VALUES (" + id + ")");
    }
    for (String condition : List.of("id < 3", "id > 4")) {
      CapturedRun exported =
          CapturedRun.inProcess(
              "export",
              keyspace + ".t",
              "--format=csv",
              "--path=" + folder.resolve(condition.replaceAll("\\W+", "")),
              "--where=" + condition,
              "--allow-filtering",
              "--contact-point=" + TestCluster.contactPoint());
      assertThat(exported.exitCode()).as(exported.err()).isZero();
    }
    empty();
    CapturedRun run = run("--paths=" + list(folder + "/id3", folder + "/id4"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(ids()).containsExactly(1, 2, 5, 6);
  }

  @Test
  void errorsNameLines() throws IOException {
    Path one = csv("one.csv", 1);
    assertLine(list("# files", one.toString(), "ftp://bucket/two.csv"), "Line 3 of ", "scheme ftp");
    assertLine(list(one.toString(), "", "missing.csv"), "Line 3 of ", "names missing.csv, which");
    assertLine(list(folder + "/x-*.csv"), "Line 1 of ", "x-*.csv, which matches no file");
    assertLine(list("# nothing"), "The file ", " has no path");
    assertLine(folder.resolve("none.txt"), "The file ", "cannot be read");
    Path latin =
        Files.write(folder.resolve("latin.txt"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertLine(latin, "The file ", "is not UTF-8");
    CapturedRun both = run("--paths=" + list(one.toString()), "--path=" + one);
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("Give either --path or --paths");
    CapturedRun none = run();
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("Give --path or --paths with --format");
    assertThat(ids()).isEmpty();
  }

  private void assertLine(Path list, String where, String what) {
    CapturedRun run = run("--paths=" + list);
    assertThat(run.exitCode()).isOne();
    assertThat(run.err()).startsWith("ringhaul: " + where).contains(what).contains(list.toString());
  }

  @Test
  void maxRecordsIsExactAcrossFiles() throws IOException {
    for (int file = 0; file < 20; file++) {
      csv("part-" + file + ".csv", IntStream.range(file * 500, file * 500 + 500).toArray());
    }
    for (int limit : new int[] {1, 499, 3_001}) {
      empty();
      CapturedRun run = run("--path=" + folder, "--max-records=" + limit, "--json");
      assertThat(run.exitCode()).as(run.err()).isZero();
      assertThat(run.json().path("rows").asLong()).isEqualTo(limit);
      assertThat(run.json().path("rowsRead").asLong()).isEqualTo(limit);
      assertThat(run.json().has("jobId")).isFalse();
      assertThat(ids()).hasSize(limit);
    }
    CapturedRun all = run("--path=" + folder, "--max-records=1000000", "--json");
    assertThat(all.json().path("rows").asLong()).isEqualTo(10_000);
  }

  @Test
  void maxRecordsCountsRejectedRecords() throws IOException {
    Path file = Files.write(folder.resolve("bad.csv"), List.of("id", "1", "two", "3", "four", "5"));
    CapturedRun run =
        run(
            "--path=" + file,
            "--max-records=3",
            "--on-unrepresentable=reject",
            "--rejects=" + folder.resolve("rejects.jsonl"));
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(ids()).containsExactly(1, 3);
  }

  @Test
  void numbersHaveSeparatorsOfLocale() throws IOException {
    Path file = Files.write(folder.resolve("de.csv"), List.of("id", "1.234.567", "-8"));
    CapturedRun run = run("--path=" + file, "--number-locale=de_DE");
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(ids()).containsExactly(-8, 1_234_567);
    CapturedRun other = run("--path=" + file, "--number-locale=en-US");
    assertThat(other.exitCode()).isOne();
    assertThat(other.err())
        .contains("(line 2)")
        .contains("id holds \"1.234.567\", which is not a valid int in the locale en-US");
    CapturedRun unknown = run("--path=" + file, "--number-locale=x1");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.err()).contains("--number-locale is 'x1'; it takes a language");
  }

  @Test
  void refusesLimitWithJobAndComparison() throws IOException {
    Path file = csv("one.csv", 1);
    assertThat(run("--path=" + file, "--max-records=1", "--job=x", "--resume").err())
        .contains("--resume is for a job, and an import with --max-records is none");
    assertThat(run("--path=" + file, "--max-records=1", "--verify").err())
        .contains("--verify does not go with --max-records");
    assertThat(run("--path=" + file, "--max-records=0").err())
        .contains("--max-records is 0; it takes at least 1");
    assertThat(ids()).isEmpty();
  }

  private CapturedRun run(String... options) {
    return CapturedRun.inProcess(
        Stream.concat(
                Stream.of(
                    "import",
                    keyspace + ".t",
                    "--format=csv",
                    "--contact-point=" + TestCluster.contactPoint()),
                Stream.of(options))
            .toArray(String[]::new));
  }

  private Path csv(String name, int... ids) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(
        file, Stream.concat(Stream.of("id"), IntStream.of(ids).mapToObj(String::valueOf)).toList());
  }

  private Path list(String... lines) throws IOException {
    return Files.write(folder.resolve("list.txt"), List.of(lines));
  }

  private static Set<Integer> ids() {
    Set<Integer> ids = new TreeSet<>();
    TestCluster.session()
        .execute("SELECT id FROM " + keyspace + ".t")
        .forEach(row -> ids.add(row.getInt("id")));
    return ids;
  }
}
