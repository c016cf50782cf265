package io.ringhaul.internal.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFileIOTest {

  private final LocalFileIO io = new LocalFileIO();
  @TempDir Path folder;

  @Test
  void locationsArePathsWithAScheme() {
    assertThat(LocalFileIO.location(Path.of("/a/b c"))).isEqualTo("file:/a/b c");
    assertThat(LocalFileIO.path("file:/a/b c")).isEqualTo(Path.of("/a/b c"));
    assertThat(LocalFileIO.path("file:///a")).isEqualTo(Path.of("/a"));
    assertThat(LocalFileIO.path("/a")).isEqualTo(Path.of("/a"));
  }

  @Test
  void fileAppearsWhenItIsClosed() throws IOException {
    Path path = folder.resolve("new/er/data.parquet");
    OutputFile output = io.newOutputFile(LocalFileIO.location(path));
    try (PositionOutputStream stream = output.create()) {
      stream.write("whole".getBytes(UTF_8));
      stream.write('!');
      stream.flush();
      assertThat(stream.getPos()).isEqualTo(6);
      assertThat(path).doesNotExist();
      assertThat(LocalFileIO.DurableOutputFile.temporary(path)).hasContent("whole!");
    }
    assertThat(path).hasContent("whole!");
    assertThat(path.getParent()).isDirectoryNotContaining("glob:**.tmp");
    InputFile input = output.toInputFile();
    assertThat(input.location()).isEqualTo("file:" + path);
    assertThat(input.exists()).isTrue();
    assertThat(input.getLength()).isEqualTo(6);
    try (SeekableInputStream stream = input.newStream()) {
      stream.seek(5);
      assertThat(stream.read()).isEqualTo('!');
      assertThat(stream.read()).isEqualTo(-1);
    }
  }

  @Test
  void closingTwiceDoesNothing() throws IOException {
    Path path = folder.resolve("a");
    PositionOutputStream stream = io.newOutputFile(LocalFileIO.location(path)).create();
    stream.write(1);
    stream.close();
    Files.delete(path);
    stream.close();
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void createDoesNotOverwrite() throws IOException {
    Path path = Files.writeString(folder.resolve("a"), "old");
    OutputFile output = io.newOutputFile(LocalFileIO.location(path));
    assertThatThrownBy(output::create)
        .isInstanceOf(AlreadyExistsException.class)
        .hasMessage("The file already exists: file:" + path);
    assertThat(path).hasContent("old");
    assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void createOrOverwriteReplacesTheWholeFile() throws IOException {
    Path path = Files.writeString(folder.resolve("a"), "a long old text");
    try (PositionOutputStream stream =
        io.newOutputFile(LocalFileIO.location(path)).createOrOverwrite()) {
      stream.write("new".getBytes(UTF_8));
      stream.flush();
      assertThat(path).hasContent("a long old text");
    }
    assertThat(path).hasContent("new");
  }

  @Test
  void deletesAFileAndItsTemporaryFile() throws IOException {
    Path path = Files.writeString(folder.resolve("a"), "whole");
    Files.writeString(LocalFileIO.DurableOutputFile.temporary(path), "part");
    io.deleteFile(LocalFileIO.location(path));
    assertThat(folder).isEmptyDirectory();

    Files.writeString(LocalFileIO.DurableOutputFile.temporary(path), "part");
    io.deleteFile(LocalFileIO.location(path));
    assertThat(folder).isEmptyDirectory();

    assertThatThrownBy(() -> io.deleteFile(LocalFileIO.location(path)))
        .isInstanceOf(NotFoundException.class)
        .hasMessage("No such file: file:" + path);
  }

  @Test
  void reportsAMissingFile() {
    InputFile missing = io.newInputFile(LocalFileIO.location(folder.resolve("missing")));
    assertThat(missing.exists()).isFalse();
    assertThatThrownBy(missing::newStream).isInstanceOf(NotFoundException.class);
  }
}
