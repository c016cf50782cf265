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

/** Says why a file could not be written or read, in words for people, and what helps. */
public final class StorageTrouble {

  /** What systems say, in lower case, and what helps. */
  private static final List<Map.Entry<String, String>> REMEDIES =
      List.of(
          Map.entry("no space left on device", "the disk is full; make room there"),
          Map.entry("disk is full", "the disk is full; make room there"),
          Map.entry("readonly database", "this process may not write there; change that"),
          Map.entry("not enough space", "the disk is full; make room there"),
          Map.entry("quota", "the disk quota is used up; make room there or raise it"),
          Map.entry(
              "file too large",
              "the file has the most bytes that a file may have there; raise that limit, or write"
                  + " smaller files"),
          Map.entry(
              "read-only file system", "the disk is mounted read-only; name a folder on another"),
          Map.entry("permission denied", "this process may not write there; change that"),
          Map.entry("too many open files", "raise the limit of open files of this process"));

  private StorageTrouble() {}

  /**
   * The reason, beginning in lower case and without a full stop, and the remedy if one is known.
   */
  public static String of(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UncheckedIOException) {
        continue; // It only repeats its cause.
      }
      if (cause instanceof AccessDeniedException denied) {
        return "this process may not write to " + denied.getFile() + "; change that";
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
        return present.getFile() + " is there already";
      }
      if (cause instanceof NotDirectoryException file) {
        return file.getFile() + " is no folder";
      }
      if (cause instanceof IOException && cause.getCause() == null) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
      }
    }
    return failure.toString();
  }
}
