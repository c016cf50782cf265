package io.ringhaul.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the positions of growing folders and globs. */
class GrowingFilesTest {

  private static final int RENAMED = 1_000;

  @TempDir private Path folder;

  @Test
  void spellingsOfAPathHaveTheSamePosition() throws IOException {
    Files.createDirectory(folder.resolve("in"));
    Files.writeString(folder.resolve("in/a.txt"), "1\n");
    String plain = position(SourceLocation.at(folder.resolve("in")), "");
    assertThat(plain).isEqualTo(folder.resolve("in/a.txt").toAbsolutePath().normalize().toString());
    for (SourceLocation other :
        List.of(
            SourceLocation.at(folder.resolve("./in/../in")),
            SourceLocation.at(folder.resolve("in/../in/a.txt")),
            SourceLocation.at(folder + "/in/*.txt"),
            SourceLocation.at(folder + "/./in/../in/*.txt"),
            SourceLocation.at(Path.of("").toAbsolutePath().relativize(folder) + "/in/*.txt"))) {
      assertThat(position(other, plain)).as(other.text()).isEqualTo(plain);
    }
  }

  @Test
  void listHasFilesOfEachPath() throws IOException {
    Files.createDirectory(folder.resolve("in"));
    Path one = Files.writeString(folder.resolve("in/one.txt"), "1\n");
    Path two = Files.writeString(folder.resolve("two.txt"), "2\n");
    SourceLocation list =
        SourceLocation.at(List.of(folder.resolve("in").toString(), folder + "/t*.txt"));
    assertThat(position(list, "").lines()).containsExactly(one.toString(), two.toString());
  }

  @Test
  void parentOfALinkIsTheParentOfItsTarget() throws IOException {
    Files.createDirectories(folder.resolve("far/away"));
    Files.createDirectory(folder.resolve("far/in"));
    Files.createDirectory(folder.resolve("in"));
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("far/away"));
    Files.writeString(folder.resolve("far/in/a.txt"), "1\n");
    Files.writeString(folder.resolve("in/b.txt"), "1\n");
    assertThat(position(SourceLocation.at(folder.resolve("link/../in")), "")).endsWith("/a.txt");
    assertThat(position(SourceLocation.at(folder + "/link/../in/*.txt"), "")).endsWith("/a.txt");
  }

  @Test
  void findsFilesThatAreRenamedDuringListing() throws IOException {
    CompletableFuture<Void> producer = CompletableFuture.runAsync(this::rename);
    String seen = "";
    while (!producer.isDone()) {
      seen = position(SourceLocation.at(folder + "/*.txt"), seen);
    }
    producer.join();
    assertThat(position(SourceLocation.at(folder + "/*.txt"), seen).lines()).hasSize(RENAMED);
  }

  private void rename() {
    try {
      for (int i = 0; i < RENAMED; i++) {
        Path writing = Files.writeString(folder.resolve(i + ".tmp"), "1\n");
        Files.move(writing, folder.resolve(i + ".txt"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String position(SourceLocation location, String from) {
    return new GrowingFiles(location, new LineFormat()).position(from);
  }
}
