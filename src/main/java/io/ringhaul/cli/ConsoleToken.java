package io.ringhaul.cli;

import io.ringhaul.console.JobConsole;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.OwnerOnly;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The token of a console in a file, which no other user may read. */
final class ConsoleToken {

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private ConsoleToken() {}

  /** The token of a file, which is made with a new one if it is not there. */
  static String of(Path file) {
    try {
      if (!Files.exists(file)) {
        make(file);
      }
      requireOwnersOnly(file);
      return Files.readString(file, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new StorageException(
          file.toString(), "The token file " + file + " cannot be used: " + e, e);
    }
  }

  private static void make(Path file) throws IOException {
    OwnerOnly.createFile(file);
    Files.writeString(file, JobConsole.newToken() + "\n");
  }

  private static void requireOwnersOnly(Path file) throws IOException {
    if (OwnerOnly.isPosix(file) && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
      throw new InvalidSettingException(
          "--token-file",
          "Other users may read the token file " + file + ": take that from them with chmod 600");
    }
  }
}
