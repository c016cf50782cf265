package io.ringhaul.internal.files;

import io.ringhaul.format.Compression;
import io.ringhaul.internal.disk.LocalPaths;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
  private final Optional<List<Path>> only;
  private final Optional<SourceStream> stream;

  private SourceLocation(
      String location,
      boolean mayBeGlob,
      Optional<Compression> compression,
      boolean checked,
      Optional<List<Path>> only,
      Optional<SourceStream> stream) {
    this.location = location;
    this.mayBeGlob = mayBeGlob;
    this.compression = compression;
    this.checked = checked;
    this.only = only;
    this.stream = stream;
  }

  /** Returns the location of a folder or a file. */
  public static SourceLocation at(Path path) {
    return new SourceLocation(
        LocalPaths.require("at", path).toString(),
        false,
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty());
  }

  /**
   * Returns the location of a folder, a file, or a glob: {@code *} and {@code ?} within a name,
   * {@code **} across folders, {@code [abc]}, {@code {a,b}}. Hidden folders are skipped unless a
   * part of the glob that begins with a dot matches them. The path of an existing file or folder is
   * not interpreted as a glob.
   */
  public static SourceLocation at(String pathOrGlob) {
    return new SourceLocation(
        LocalPaths.requireText("at", pathOrGlob),
        true,
        Optional.empty(),
        true,
        Optional.empty(),
        Optional.empty());
  }

  /** Returns a stream, which has no checksum and by default no compression. */
  public static SourceLocation of(InputStream in) {
    return new SourceLocation(
        SourceStream.NAME,
        false,
        Optional.of(Compression.NONE),
        false,
        Optional.empty(),
        Optional.of(new SourceStream(in)));
  }

  /**
   * Sets the compression of the files. Default: the compression in the manifest; without one, by
   * each file's suffix ({@code .gz}, {@code .zst}, {@code .lz4}, {@code .bz2}, {@code .xz}, {@code
   * .snappy}).
   */
  public SourceLocation withCompression(Compression files) {
    return new SourceLocation(location, mayBeGlob, Optional.of(files), checked, only, stream);
  }

  /**
   * Does not verify checksums of files. Default: a file's checksum is verified before its first row
   * is imported. Without checksums, a resumed job does not detect that a file has changed between
   * its runs.
   */
  public SourceLocation withoutChecksums() {
    return new SourceLocation(location, mayBeGlob, compression, false, only, stream);
  }

  /** Returns this location restricted to the given files. */
  SourceLocation only(List<Path> files) {
    return new SourceLocation(location, mayBeGlob, compression, checked, Optional.of(files), stream);
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
        Path.of(location).toAbsolutePath().normalize() + only.map(files -> " " + files).orElse(""),
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

  String text() {
    return location;
  }

  /** Returns the only files to read; empty for all. */
  Optional<List<Path>> files() {
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
