package io.ringhaul.internal.jobstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobDefinition;
import io.ringhaul.job.JobKind;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only its owner can read a job store. */
class StorePermissionsTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"000", "022", "077"})
  void isItsOwnersAloneUnderAnyUmask(String umask) throws Exception {
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "umask " + umask + "; exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Maker.class.getName(),
                folder.resolve("new/jobs.db").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> modes =
        List.of(new String(process.getInputStream().readAllBytes(), UTF_8).split("\n"));
    assertThat(modes)
        .containsExactly(
            "rwx------ new", "rw------- jobs.db", "rw------- jobs.db-shm", "rw------- jobs.db-wal");
  }

  @Test
  void keepsThePermissionsOfAStoreThatIsThere() throws IOException {
    Path file = folder.resolve("jobs.db");
    JobStore.file(file).close();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    JobStore.file(file).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
  }

  /** Creates a store, and returns the permissions of its folder and files while it is open. */
  static final class Maker {

    private Maker() {}

    public static void main(String[] arguments) throws IOException {
      Path file = Path.of(arguments[0]);
      Path folder = Objects.requireNonNull(file.getParent());
      try (JobStore store = JobStore.file(file);
          Stream<Path> files = Files.list(folder)) {
        store.create(
            Job.pending(
                UUID.randomUUID(),
                "any",
                "",
                Map.of(),
                JobKind.EXPORT,
                JobDefinition.draft(List.of("export"))));
        for (Path each : Stream.concat(Stream.of(folder), files.sorted()).toList()) {
          System.out.println(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(each))
                  + " "
                  + each.getFileName());
        }
      }
    }
  }
}
