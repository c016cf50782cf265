package io.ringhaul.internal.iceberg;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/**
 * Files of this machine, written durably: to a temporary name first, then forced to disk and
 * renamed, so that a file under its own name is always whole. Public only because Iceberg makes it
 * by its class name.
 */
public final class LocalFileIO implements SupportsPrefixOperations {

  private static final long serialVersionUID = 1;
  private static final String SCHEME = "file:";

  /** Of two letters or more: one may be a drive. */
  private static final Pattern OTHER_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:");

  /** For Iceberg, which makes it by name. */
  public LocalFileIO() {}

  /** The location of a path in the form that table metadata holds: {@code file:} and the path. */
  static String location(Path path) {
    return SCHEME + path.toAbsolutePath();
  }

  /** Whether the location has no scheme, or {@code file:}. */
  static boolean isLocal(String location) {
    return location.startsWith(SCHEME) || !OTHER_SCHEME.matcher(location).lookingAt();
  }

  /** The path of a location: {@code file:/a}, {@code file:///a} or {@code /a}. */
  static Path path(String location) {
    String path = location;
    if (path.startsWith(SCHEME)) {
      path = path.substring(SCHEME.length());
      if (path.startsWith("//")) {
        path = path.substring(2);
      }
    }
    return Path.of(path);
  }

  @Override
  public InputFile newInputFile(String location) {
    File file = path(location).toFile();
    return new LocatedInput(location, org.apache.iceberg.Files.localInput(file));
  }

  @Override
  public OutputFile newOutputFile(String location) {
    return new DurableOutputFile(location);
  }

  /** Deletes the file, and what a writer that was cut off left under its temporary name. */
  @Override
  public void deleteFile(String location) {
    try {
      boolean temporary = Files.deleteIfExists(DurableOutputFile.temporary(path(location)));
      if (!Files.deleteIfExists(path(location)) && !temporary) {
        throw new NotFoundException("No such file: %s", location);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + location, e);
    }
  }

  /** All files whose locations begin so, those that are being written included. */
  @Override
  public Iterable<FileInfo> listPrefix(String prefix) {
    String base = prefix.substring(0, prefix.lastIndexOf('/') + 1);
    Path folder = path(base);
    List<FileInfo> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String location =
                  base + folder.relativize(file).toString().replace(File.separatorChar, '/');
              if (location.startsWith(prefix)) {
                found.add(
                    new FileInfo(
                        location, attributes.size(), attributes.lastModifiedTime().toMillis()));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure)
                throws IOException {
              if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw failure;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot list " + prefix, e);
    }
    return found;
  }

  /** Deletes all files whose locations begin so; folders stay. */
  @Override
  public void deletePrefix(String prefix) {
    for (FileInfo file : listPrefix(prefix)) {
      deleteFile(file.location());
    }
  }

  /** Iceberg's local input under the location it was asked for, not the path behind it. */
  private record LocatedInput(String location, InputFile file) implements InputFile {
    @Override
    public long getLength() {
      return file.getLength();
    }

    @Override
    public SeekableInputStream newStream() {
      return file.newStream();
    }

    @Override
    public boolean exists() {
      return file.exists();
    }
  }
}
