package io.ringhaul.internal.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Explains why a file could not be written or read, and what to do. */
public final class StorageTrouble {

  /** Parts of system messages in lower case, and the explanation with the remedy. */
  private static final List<Map.Entry<String, String>> REMEDIES =
      List.of(
          Map.entry("no space left on device", "the disk is full; free some space"),
          Map.entry("disk is full", "the disk is full; free some space"),
          Map.entry("readonly database", "this process has no write permission there; grant it"),
          Map.entry("not enough space", "the disk is full; free some space"),
          Map.entry("quota", "the disk quota is used up; free some space or raise the quota"),
          Map.entry(
              "file too large",
              "the file has reached the maximum file size there; raise that limit or write"
                  + " smaller files"),
          Map.entry(
              "read-only file system",
              "the disk is mounted read-only; choose a folder on another disk"),
          Map.entry("permission denied", "this process has no write permission there; grant it"),
          Map.entry("too many open files", "raise the limit of open files of this process"));

  private StorageTrouble() {}

  /**
   * Returns the reason, which starts in lower case and has no full stop, with the remedy if one is
   * known.
   */
  public static String of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ExplainedException) {
        return cause.toString();
      }
    }
    Optional<String> remote = RemoteTrouble.of(failure);
    if (remote.isPresent()) {
      return remote.get();
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UncheckedIOException) {
        continue; // Its message repeats its cause.
      }
      if (cause instanceof AccessDeniedException denied) {
        return "this process has no permission to write to " + denied.getFile() + "; grant it";
      }
      String said = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      for (Map.Entry<String, String> remedy : REMEDIES) {
        if (said.contains(remedy.getKey())) {
          return remedy.getValue() + " (" + cause.getMessage() + ")";
        }
      }
      if (cause instanceof NoSuchFileException missing) {
        return missing.getFile() + " is missing";
      }
      if (cause instanceof FileAlreadyExistsException present) {
        return present.getFile() + " already exists";
      }
      if (cause instanceof NotDirectoryException file) {
        return file.getFile() + " is not a folder";
      }
      if (cause instanceof IOException && cause.getCause() == null) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
      }
    }
    return failure.toString();
  }

  /**
   * Returns the reason for the failure of a catalog or of the storage behind it: the message of the
   * failure, unless it is a failure of the storage.
   */
  public static String ofCatalog(Throwable failure) {
    return RemoteTrouble.of(failure)
        .orElseGet(() -> failure.getMessage() == null ? failure.toString() : failure.getMessage());
  }
}
