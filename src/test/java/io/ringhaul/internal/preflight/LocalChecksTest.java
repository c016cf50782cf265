package io.ringhaul.internal.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.PreflightException;
import io.ringhaul.internal.metrics.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that need no cluster, and the texts of their problems. */
class LocalChecksTest {

  private static final Check WARNS =
      () -> List.of(PreflightProblem.warning("It is old", "renew it"));
  private static final Check FAILS =
      () -> List.of(PreflightProblem.error("It is broken", "mend it"));

  @TempDir private Path folder;

  @Test
  void requiresAWritableFolder() throws IOException {
    assertThat(new WritableFolder(folder, "choose another").problems()).isEmpty();
    assertThat(new WritableFolder(folder.resolve("a/b"), "choose another").problems()).isEmpty();
    assertThat(folder).isEmptyDirectory();

    Path file = Files.createFile(folder.resolve("file"));
    assertThat(new WritableFolder(file.resolve("a"), "choose another").problems())
        .containsExactly(
            PreflightProblem.error(
                String.format(
                    "No file can be created in %s, the nearest parent of %s that exists (not a"
                        + " folder)",
                    file, file.resolve("a")),
                "choose another"));
  }

  @Test
  void requiresFreeDiskSpace() throws IOException {
    long usable = Files.getFileStore(folder).getUsableSpace();
    assertThat(new DiskSpace(folder, 0, "the export").problems()).isEmpty();
    assertThat(new DiskSpace(folder, usable / 2, "the export").problems()).isEmpty();
    assertThat(new DiskSpace(folder.resolve("a/b"), usable * 4, "the export").problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(PreflightProblem.Severity.WARNING);
              assertThat(problem.sentence())
                  .startsWith("The disk of " + folder.resolve("a/b") + " has ")
                  .contains(", and the export has about ")
                  .endsWith(
                      " of values before compression: free disk space, or check that compression"
                          + " makes the files small enough");
            });
    assertThat(new DiskSpace(folder, usable * 20, "the export").problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(PreflightProblem.Severity.ERROR);
              assertThat(problem.remedy()).isEqualTo("free disk space or choose another disk");
            });
  }

  @Test
  void warnsOnlyIfTheEstimateIsAnUpperBound() throws IOException {
    long usable = Files.getFileStore(folder).getUsableSpace();
    assertThat(DiskSpace.atMost(folder, usable / 2, "the export").problems()).isEmpty();
    assertThat(DiskSpace.atMost(folder, usable * 20, "the export").problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.severity()).isEqualTo(PreflightProblem.Severity.WARNING);
              assertThat(problem.sentence()).contains(", and the export has at most ");
            });
  }

  @Test
  void formatsSizesInTheLargestUnit() {
    assertThat(ByteSize.text(1023)).isEqualTo("1,023 bytes");
    assertThat(ByteSize.text(1536)).isEqualTo("1.5 KiB");
    assertThat(ByteSize.text(128L << 20)).isEqualTo("128 MiB");
    assertThat(ByteSize.text(Long.MAX_VALUE)).isEqualTo("8 EiB");
  }

  @Test
  void reportsAllErrors() {
    assertThat(new Preflight("The export", List.of(WARNS)).require().warnings())
        .containsExactly("It is old: renew it");
    assertThatThrownBy(() -> new Preflight("The export", List.of(FAILS)).require())
        .isInstanceOf(PreflightException.class)
        .hasMessage("The export was not begun. It is broken: mend it");
    assertThatThrownBy(() -> new Preflight("The export", List.of(FAILS, WARNS, FAILS)).require())
        .isInstanceOfSatisfying(
            PreflightException.class,
            e -> {
              assertThat(e.problems())
                  .containsExactly("It is broken: mend it", "It is broken: mend it");
              assertThat(e.warnings()).containsExactly("It is old: renew it");
            })
        .hasMessage(
            "The export was not begun, for 2 reasons:\n"
                + "  - It is broken: mend it\n"
                + "  - It is broken: mend it");
  }

  @Test
  void ignoresAFailingCheck() {
    Check failing =
        () -> {
          throw new IllegalStateException("cannot read");
        };
    assertThat(new Preflight("The export", List.of(failing, WARNS)).require().problems())
        .hasSize(1);
  }
}
