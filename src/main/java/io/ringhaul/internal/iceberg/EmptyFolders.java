package io.ringhaul.internal.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the folders on this machine's disk that an export's files were in, as far as they are
 * empty. A writer that finds its new folder gone makes it again.
 */
final class EmptyFolders {

  private static final Logger LOG = LoggerFactory.getLogger(EmptyFolders.class);

  private EmptyFolders() {}

  /**
   * Removes those of the removed files, up to the table's folder; of a table that was never made
   * that one too.
   */
  static void prune(WriteLayout layout, List<String> removed, boolean isNeverMade) {
    Path table = LocalFileIO.path(layout.location());
    TreeSet<Path> folders =
        new TreeSet<>(Comparator.comparingInt(Path::getNameCount).reversed().thenComparing(p -> p));
    for (String location : removed) {
      Path folder = LocalFileIO.path(location).getParent();
      while (folder != null && folder.startsWith(table) && !folder.equals(table)) {
        folders.add(folder);
        folder = folder.getParent();
      }
    }
    try {
      if (isNeverMade && Files.isDirectory(table)) {
        try (Stream<Path> all = Files.walk(table)) {
          all.filter(Files::isDirectory).forEach(folders::add);
        }
      }
      for (Path folder : folders) {
        delete(folder);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("Empty folders of {} may be left: {}", table, e.toString());
    }
  }

  private static void delete(Path folder) throws IOException {
    try {
      Files.delete(folder);
    } catch (DirectoryNotEmptyException | NoSuchFileException e) {
      // It is in use, or gone already.
    }
  }
}
