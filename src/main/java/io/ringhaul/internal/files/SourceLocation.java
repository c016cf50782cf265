package io.ringhaul.internal.files;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.format.Compression;
import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.storage.FileStores;
import io.ringhaul.internal.storage.Locations;
import io.ringhaul.internal.storage.StorageProperties;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The location of an import's files, with the settings that the sources of all folder formats
 * share.
 *
 * <p>For a folder with a {@code _manifest.json}, the listed files are read; without one, all files
 * of the format are read, except those whose names start with a dot or an underscore. A single file
 * is read in any case. A glob such as {@code /data/2026-*}{@code /*.csv.gz} names files of one or
 * more folders.
 *
 * <p>Immutable: each method that changes a setting returns a new value.
 */
public final class SourceLocation {

  private final String location;
  private final boolean mayBeGlob;
  private final Optional<Compression> compression;
  private final boolean checked;
  private final Optional<List<String>> only;
  private final Optional<SourceStream> stream;

  /** The paths or globs of a list; empty for one location. */
  private final List<String> list;

  private final StorageProperties storage;

  private SourceLocation(
      String location,
      boolean mayBeGlob,
      Optional<Compression> compression,
      boolean checked,
      Optional<List<String>> only,
      Optional<SourceStream> stream,
      List<String> list,
      StorageProperties storage) {
    this.location = location;
    this.mayBeGlob = mayBeGlob;
    this.compression = compression;
    this.checked = checked;
    this.only = only;
    this.stream = stream;
    this.list = list;
    this.storage = storage;
  }

  private static SourceLocation of(String location, boolean mayBeGlob, List<String> list) {
    return new SourceLocation(
        location,
        mayBeGlob,
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty(),
        list,
        StorageProperties.NONE);
  }

  /** Returns the location of a local folder or file. */
  public static SourceLocation at(Path path) {
    return of(LocalPaths.require("at", path).toString(), false, List.of());
  }

  /**
   * Returns the location of a folder or an object in an object store, or of a local folder or file.
   */
  public static SourceLocation at(URI uri) {
    return of(Locations.require("at", uri), false, List.of());
  }

  /**
   * Returns the location of a folder, a file, or a glob: {@code *} and {@code ?} within a name,
   * {@code **} across folders, {@code [abc]}, {@code {a,b}}. Hidden folders are skipped unless a
   * part of the glob that begins with a dot matches them. The path of an existing file or folder is
   * not interpreted as a glob. A URI of an object store may have a glob after its bucket.
   */
  public static SourceLocation at(String pathOrGlob) {
    return of(Locations.require("at", pathOrGlob), true, List.of());
  }

  /**
   * Returns the location of all files of several locations, each as in {@link #at(String)}.
   *
   * @throws InvalidSettingException if the list is empty
   */
  public static SourceLocation at(List<String> pathsOrGlobs) {
    if (pathsOrGlobs.isEmpty()) {
      throw new InvalidSettingException("at", "at takes one or more paths");
    }
    List<String> all = pathsOrGlobs.stream().map(path -> Locations.require("at", path)).toList();
    int more = all.size() - 1;
    return of(all.get(0) + (more == 0 ? "" : " and " + more + " more"), true, all);
  }

  /** Returns a stream, which has no checksum and by default no compression. */
  public static SourceLocation of(InputStream in) {
    return new SourceLocation(
        SourceStream.NAME,
        false,
        Optional.of(Compression.NONE),
        false,
        Optional.empty(),
        Optional.of(new SourceStream(in)),
        List.of(),
        StorageProperties.NONE);
  }

  /**
   * Sets the compression of the files. Default: the compression in the manifest; without one, by
   * each file's suffix ({@code .gz}, {@code .zst}, {@code .lz4}, {@code .bz2}, {@code .xz}, {@code
   * .snappy}).
   */
  public SourceLocation withCompression(Compression files) {
    return new SourceLocation(
        location, mayBeGlob, Optional.of(files), checked, only, stream, list, storage);
  }

  /**
   * Does not verify checksums of files. Default: a file's checksum is verified before its first row
   * is imported. Without checksums, a resumed job does not detect that a file has changed between
   * its runs.
   */
  public SourceLocation withoutChecksums() {
    return new SourceLocation(location, mayBeGlob, compression, false, only, stream, list, storage);
  }

  /** Returns this location restricted to the given files. */
  SourceLocation only(List<String> files) {
    return new SourceLocation(
        location, mayBeGlob, compression, checked, Optional.of(files), stream, list, storage);
  }

  /** Sets the properties with which object stores are reached. Default: none. */
  public SourceLocation withStorage(Map<String, String> properties) {
    return new SourceLocation(
        location,
        mayBeGlob,
        compression,
        checked,
        only,
        stream,
        list,
        new StorageProperties(properties));
  }

  /**
   * Returns the settings that must not change when an import is resumed.
   *
   * @param settings the format's own settings as text
   */
  public Map<String, String> identity(String format, String settings) {
    if (isStream()) {
      return Map.of("source format", format, "source settings", settings);
    }
    return Map.of(
        "source format",
        format,
        "source files",
        each().stream()
                .map(one -> Locations.normalized(one.location))
                .collect(Collectors.joining(" "))
            + only.map(files -> " " + files).orElse(""),
        "source compression",
        compression.map(Compression::name).orElse(""),
        "source settings",
        settings);
  }

  /** Returns whether the location is a stream. */
  public boolean isStream() {
    return stream.isPresent();
  }

  /** Returns the stream; empty for files. */
  Optional<SourceStream> stream() {
    return stream;
  }

  /** Returns the locations of a list, or this location. */
  List<SourceLocation> each() {
    return list.isEmpty()
        ? List.of(this)
        : list.stream().map(one -> at(one).withStorage(storage.values())).toList();
  }

  /** Opens the stores of the files. */
  FileStores openStores() {
    return new FileStores(storage);
  }

  String text() {
    return location;
  }

  /** Returns the locations of the only files to read; empty for all. */
  Optional<List<String>> files() {
    return only;
  }

  boolean mayBeGlob() {
    return mayBeGlob;
  }

  Optional<Compression> compression() {
    return compression;
  }

  boolean isChecked() {
    return checked;
  }
}
