package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.console.ConsoleClient;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.JobException;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that jobs of a console read only below the allowed folders. */
class ImportFoldersTest {

  private static final String SECRET = "root:$6$secret";

  @TempDir private Path folder;

  private Path inside;
  private Path outside;

  @BeforeEach
  void make() throws IOException {
    inside = Files.createDirectories(folder.resolve("in/side"));
    outside = Files.createDirectories(folder.resolve("out/side"));
    Files.writeString(inside.resolve("a.csv"), "id\n1\n");
    Files.writeString(outside.resolve("shadow"), SECRET);
  }

  @Test
  void acceptsPathsBelowFolder() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), inside);
    Files.createSymbolicLink(inside.resolve("b.csv"), inside.resolve("a.csv"));
    for (Path each : List.of(inside, link)) {
      for (String path : List.of("", "/a.csv", "/b.csv", "/*.csv", "/**/*.csv", "/not/yet")) {
        assertThatCode(() -> require(each + path)).as(path).doesNotThrowAnyException();
      }
    }
    assertThatCode(() -> require(inside + "/../side/a.csv")).doesNotThrowAnyException();
  }

  @Test
  void rejectsPathsElsewhere() throws IOException {
    Files.createDirectories(folder.resolve("in/side-by-side"));
    for (String path :
        List.of(
            outside + "/shadow",
            outside.toString(),
            outside + "/*",
            outside + "/sha[d]ow",
            folder + "/*/*/shadow",
            inside + "/../../out/side/shadow",
            inside + "/not/../../../out/side/shadow",
            inside + "/../../out/side/*",
            folder + "/in/side-by-side",
            folder.toString(),
            "/")) {
      assertRefused(path);
    }
  }

  @Test
  void rejectsLinksToOtherLocations() throws IOException {
    Path link = Files.createSymbolicLink(inside.resolve("c.csv"), outside.resolve("shadow"));
    assertRefused(link.toString());
    assertRefused(inside.toString());
    assertRefused(inside + "/*.csv");
    Files.delete(link);
    Files.createSymbolicLink(inside.resolve("deep"), outside);
    assertRefused(inside + "/deep/shadow");
    assertRefused(inside + "/deep/*");
    assertRefused(inside + "/*/shadow");
    assertRefused(inside + "/deep/../side/shadow");
    Files.delete(inside.resolve("deep"));
    Files.createSymbolicLink(inside.resolve("later"), outside.resolve("not-yet"));
    assertThatThrownBy(() -> require(inside + "/later"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("--path is " + inside + "/later, which cannot be read");
  }

  @Test
  void checksEachFileThatJobReads() {
    String elsewhere = outside.resolve("shadow").toString();
    ImportFolders folders = ImportFolders.of(List.of(inside));
    for (String option : List.of("--keys=", "--ranges=", "--driver-config=")) {
      assertThatThrownBy(
              () ->
                  folders.require(
                      List.of("export", "ks.t", "--format=csv", "--path=x", option + elsewhere)))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageContaining("--import-from");
    }
    assertThatThrownBy(
            () ->
                folders.require(List.of("import", "ks.t", "--format=iceberg", "--path=" + outside)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("may read only below " + inside);
    assertThatThrownBy(
            () ->
                folders.require(
                    List.of("import", "ks.t", "--format=csv", "--paths=" + inside + "/a.csv")))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("--paths is a file that may name any path, but jobs of this");
    folders.require(
        List.of("export", "ks.t", "--format=csv", "--path=" + outside, "--rejects=" + elsewhere));
  }

  @Test
  void rejectsMissingFolder() {
    assertThatThrownBy(() -> ImportFolders.of(List.of(inside.resolve("a.csv"))))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("is not a folder");
  }

  @Test
  void rejectsCommandLineJobThatReadsElsewhere() {
    try (JobStore store = JobStore.inMemory();
        ProcessLauncher launcher =
            new ProcessLauncher(
                store,
                new ProcessLauncher.JobProcesses(JobStoreLocation.of("none", Map.of()), folder),
                ImportFolders.of(List.of(inside)))) {
      Job job =
          ProcessLauncher.JobMaker.make(
              List.of("import", "ks.t", "--format=csv", "--path=" + outside.resolve("shadow")));
      store.create(job);
      for (Runnable step :
          List.<Runnable>of(
              () -> launcher.start(job),
              () -> launcher.restart(job),
              () -> launcher.requireStartable(job))) {
        assertThatThrownBy(step::run)
            .isInstanceOf(JobException.class)
            .hasMessageContaining("--import-from");
      }
    }
  }

  /** Regression: the error of a job used to reveal the first line of any file to any client. */
  @Test
  void doesNotRevealContentOfOtherFiles() throws Exception {
    try (ConsoleProcess console = ConsoleProcess.start(folder, folder.resolve("jobs.db"))) {
      String shadow = outside.resolve("shadow").toString();
      ConsoleClient.Answer refused =
          console
              .client()
              .call(
                  "POST",
                  "/api/batch-jobs",
                  "{\"command\":[\"import\",\"ks.t\",\"--format=csv\",\"--path="
                      + shadow
                      + "\"],\"start\":true}");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.error())
          .isEqualTo(
              "--path is "
                  + shadow
                  + ", but jobs of this console have no folder to read from: start the console"
                  + " with --import-from and this folder, or run the job from the command line");
      JsonNode jobs = console.client().stranger("GET", "/api/batch-jobs", "").body();
      assertThat(jobs.path("total").asInt()).isZero();
      assertThat(jobs.toString()).doesNotContain(SECRET);
    }
  }

  private void require(String path) {
    ImportFolders.of(List.of(inside))
        .require(List.of("import", "ks.t", "--format=csv", "--path=" + path));
  }

  private void assertRefused(String path) {
    assertThatThrownBy(() -> require(path))
        .as(path)
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("--import-from")
        .hasMessageNotContaining(SECRET);
  }
}
