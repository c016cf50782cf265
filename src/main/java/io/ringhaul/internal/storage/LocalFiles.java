package io.ringhaul.internal.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.iceberg.io.InputFile;

/** The files of the local disk. */
public final class LocalFiles implements FileStore {

  public static final LocalFiles STORE = new LocalFiles();

  private LocalFiles() {}

  @Override
  public boolean isFolder(String location) {
    return Files.isDirectory(Path.of(location));
  }

  @Override
  public Optional<FileStat> find(String location) throws IOException {
    Path path = Path.of(location);
    return Files.exists(path) ? Optional.of(stat(path)) : Optional.empty();
  }

  @Override
  public Map<String, FileStat> find(String folder, Collection<String> names) throws IOException {
    Map<String, FileStat> found = new HashMap<>();
    for (String name : names) {
      find(Locations.child(folder, name)).ifPresent(file -> found.put(file.location(), file));
    }
    return found;
  }

  @Override
  public List<FileStat> files(String folder) throws IOException {
    TreeSet<Path> files = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(folder))) {
      for (Path entry : entries) {
        if (isData(entry)) {
          files.add(entry);
        }
      }
    }
    return stats(files);
  }

  @Override
  public List<FileStat> glob(String pattern) throws IOException {
    return stats(Globs.files(pattern));
  }

  @Override
  public String text(String location) throws IOException {
    return Files.readString(Path.of(location));
  }

  @Override
  public InputStream open(String location, long position) throws IOException {
    FileChannel channel = FileChannel.open(Path.of(location), StandardOpenOption.READ);
    try {
      return Channels.newInputStream(channel.position(position));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public InputFile input(String location, long size) {
    return org.apache.iceberg.Files.localInput(Path.of(location).toFile());
  }

  @Override
  public String plain(String location) throws IOException {
    return Globs.plain(Path.of(location)).toString();
  }

  /** Returns whether the path is a regular file whose name may be that of a file with rows. */
  static boolean isData(Path path) {
    return Locations.isDataName(String.valueOf(path.getFileName())) && Files.isRegularFile(path);
  }

  private static List<FileStat> stats(Collection<Path> paths) throws IOException {
    List<FileStat> stats = new ArrayList<>();
    for (Path path : paths) {
      stats.add(stat(path));
    }
    return List.copyOf(stats);
  }

  private static FileStat stat(Path path) throws IOException {
    return new FileStat(path.toString(), Files.size(path), "");
  }
}
