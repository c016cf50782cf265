package io.ringhaul.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the location of jobs by option, environment and default. */
class JobStoreLocationTest {

  private static final UUID JOB = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");

  @TempDir private Path folder;

  private final String home = System.getProperty("user.home");
  private final StringWriter err = new StringWriter();

  @AfterEach
  void comeHome() {
    System.setProperty("user.home", home);
  }

  @Test
  void defaultIsInHomeAndNeedsNoOption() {
    System.setProperty("user.home", folder.toString());
    JobStoreLocation location = JobStoreLocation.of(null, Map.of());
    assertThat(location).hasToString(folder.resolve(".ringhaul").resolve("jobs.db").toString());
    assertThat(location.option()).isEmpty();
    try (JobStore store = location.openOrWarn(new PrintWriter(err))) {
      assertThat(store.isDurable()).isTrue();
    }
    assertThat(folder.resolve(".ringhaul").resolve("jobs.db")).exists();
    assertThat(err.toString()).isEmpty();
    assertThat(location.resumeCommand(JOB)).isEqualTo("ringhaul jobs resume " + JOB);
  }

  @Test
  void warnsIfDefaultStoreCannotBeCreated() throws IOException {
    // A file blocks the folder; permissions would not stop root.
    Files.writeString(folder.resolve(".ringhaul"), "");
    System.setProperty("user.home", folder.toString());
    JobStoreLocation location = JobStoreLocation.of(null, Map.of());
    try (JobStore store = location.openOrWarn(new PrintWriter(err))) {
      assertThat(store.isDurable()).isFalse();
    }
    assertThat(err.toString())
        .startsWith("ringhaul: warning: The job store " + location + " cannot be created: ")
        .contains("kept in memory only")
        .contains("--job-store")
        .hasLineCount(1);
    assertThatThrownBy(location::open).isInstanceOf(BulkOperationException.class);
  }

  @Test
  void failsIfChosenStoreCannotBeOpened() throws IOException {
    Path taken = Files.writeString(folder.resolve("taken"), "");
    String inside = taken.resolve("jobs.db").toString();
    for (JobStoreLocation chosen :
        new JobStoreLocation[] {
          JobStoreLocation.of(inside, Map.of()),
          JobStoreLocation.of(null, Map.of(JobStoreLocation.VARIABLE, inside))
        }) {
      assertThatThrownBy(() -> chosen.openOrWarn(new PrintWriter(err)))
          .isInstanceOf(BulkOperationException.class)
          .hasMessageContaining("The job store " + inside + " cannot be created");
    }
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void optionOverridesEnvironment() {
    Map<String, String> environment = Map.of(JobStoreLocation.VARIABLE, "/elsewhere/jobs.db");
    Path file = folder.resolve("it's jobs.db");
    JobStoreLocation location = JobStoreLocation.of(file.toString(), environment);
    assertThat(location.option()).contains(file.toString());
    assertThat(JobStoreLocation.of(null, environment).option()).contains("/elsewhere/jobs.db");
    assertThat(JobStoreLocation.of("none", environment).isNone()).isTrue();
    assertThat(location.resumeCommand(JOB))
        .isEqualTo(
            "ringhaul jobs resume "
                + JOB
                + " --job-store '"
                + folder.toString()
                + "/it'\\''s jobs.db'");
  }

  @Test
  void makesFileAbsolute() {
    assertThat(JobStoreLocation.of("my/../jobs.db", Map.of()).option())
        .contains(Path.of("jobs.db").toAbsolutePath().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "jdbc:mysql://host/jobs", "jdbc:sqlite:jobs.db"})
  void rejectsOtherValues(String text) {
    assertThatThrownBy(() -> JobStoreLocation.of(text, Map.of()))
        .isInstanceOfSatisfying(
            InvalidSettingException.class,
            refused -> assertThat(refused.setting()).isEqualTo("--job-store"))
        .hasMessageContaining("is not a job store: give a file, jdbc:postgresql:... or none");
  }

  @Test
  void rejectsPasswordOnCommandLine() {
    String url = "jdbc:postgresql://db/jobs?user=me&password=s3cret&ssl=true";
    assertThatThrownBy(() -> JobStoreLocation.of(url, Map.of()))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("set PGPASSWORD")
        .hasMessageNotContaining("s3cret");
    JobStoreLocation location = JobStoreLocation.of(null, Map.of(JobStoreLocation.VARIABLE, url));
    assertThat(location).hasToString("jdbc:postgresql://db/jobs?user=me&password=***&ssl=true");
    assertThat(location.resumeCommand(JOB)).isEqualTo("ringhaul jobs resume " + JOB);
    String ofKey = "jdbc:postgresql://db/jobs?user=me&sslPassword=s3cret";
    assertThatThrownBy(() -> JobStoreLocation.of(ofKey, Map.of()))
        .isInstanceOf(InvalidSettingException.class);
    assertThat(JobStoreLocation.of(null, Map.of(JobStoreLocation.VARIABLE, ofKey)))
        .hasToString("jdbc:postgresql://db/jobs?user=me&sslPassword=***");
    assertThat(JobStoreLocation.of("jdbc:postgresql://db/jobs?user=me", Map.of()).option())
        .contains("jdbc:postgresql://db/jobs?user=me");
  }
}
