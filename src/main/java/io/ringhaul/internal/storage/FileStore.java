package io.ringhaul.internal.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.io.InputFile;

/**
 * Finds and reads files: those of the local disk, or the objects of a store. Locations are absolute
 * paths, or URIs.
 */
public interface FileStore {

  /**
   * A file.
   *
   * @param size in bytes
   * @param version changes with the content of an object; empty for a local file
   */
  record FileStat(String location, long size, String version) {}

  /** Returns whether the location is a folder. */
  boolean isFolder(String location) throws IOException;

  /** Returns a file; empty if it does not exist. */
  Optional<FileStat> find(String location) throws IOException;

  /**
   * Returns the files that exist, by location.
   *
   * @param names names of files in the folder
   */
  Map<String, FileStat> find(String folder, Collection<String> names) throws IOException;

  /**
   * Returns the files with rows in a folder, but not in folders in it, in the order of their names:
   * those whose names do not start with a dot or an underscore.
   */
  List<FileStat> files(String folder) throws IOException;

  /** Returns the files with rows that match a glob, in the order of their locations. */
  List<FileStat> glob(String pattern) throws IOException;

  /**
   * Returns a small file in UTF-8.
   *
   * @throws java.nio.file.NoSuchFileException if the file does not exist
   */
  String text(String location) throws IOException;

  /** Opens a file at a position. */
  InputStream open(String location, long position) throws IOException;

  /** Returns a file for Parquet. */
  InputFile input(String location, long size);

  /** Returns the location in the form by which it is known once. */
  String plain(String location) throws IOException;
}
