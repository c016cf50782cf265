package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the token file, which only its owner may read. */
class ConsoleTokenTest {

  @TempDir private Path folder;

  @Test
  void createsTokenOnceForOneUser() throws IOException {
    Path file = folder.resolve("token");
    String token = ConsoleCommand.ConsoleToken.of(file);
    assertThat(token).matches("[A-Za-z0-9_-]{43}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(ConsoleCommand.ConsoleToken.of(file)).isEqualTo(token);
  }

  @Test
  void rejectsTokenReadableByOthers() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), "0123456789abcdef");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatThrownBy(() -> ConsoleCommand.ConsoleToken.of(file))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("chmod 600");
    assertThatThrownBy(() -> ConsoleCommand.ConsoleToken.of(folder.resolve("no/token")))
        .isInstanceOf(StorageException.class);
  }
}
