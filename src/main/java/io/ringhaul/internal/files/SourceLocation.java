package io.ringhaul.internal.files;

import io.ringhaul.format.Compression;
import io.ringhaul.internal.disk.LocalPaths;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where an import finds its files: the settings that the sources of all folder formats share.
 *
 * <p>A folder is read by its {@code _manifest.json}; without one, all its files of the format are
 * read, except for those whose names start with a dot or an underscore. A file is read as it is. A
 * glob such as {@code /data/2026-*}{@code /*.csv.gz} names files of one or more folders.
 *
 * <p>Immutable: each method that changes a setting gives a new value.
 */
public final class SourceLocation {

  private final String location;
  private final boolean mayBeGlob;
  private final Optional<Compression> compression;
  private final boolean checked;
  private final Optional<List<Path>> only;

  private SourceLocation(
      String location,
      boolean mayBeGlob,
      Optional<Compression> compression,
      boolean checked,
      Optional<List<Path>> only) {
    this.location = location;
    this.mayBeGlob = mayBeGlob;
    this.compression = compression;
    this.checked = checked;
    this.only = only;
  }

  /** A folder or a file. */
  public static SourceLocation at(Path path) {
    return new SourceLocation(
        LocalPaths.require("at", path).toString(), false, Optional.empty(), true, Optional.empty());
  }

  /**
   * A folder, a file, or a glob: {@code *} and {@code ?} within a name, {@code **} across folders,
   * {@code [abc]}, {@code {a,b}}. Hidden folders are passed over unless a part of the glob that
   * begins with a dot names them. A path that exists just so is not taken as a glob.
   */
  public static SourceLocation at(String pathOrGlob) {
    return new SourceLocation(
        LocalPaths.requireText("at", pathOrGlob), true, Optional.empty(), true, Optional.empty());
  }

  /**
   * How the files are compressed. Default: as the manifest says; without one, as each file's name
   * ends ({@code .gz}, {@code .zst}, {@code .lz4}, {@code .bz2}, {@code .xz}, {@code .snappy}).
   */
  public SourceLocation withCompression(Compression files) {
    return new SourceLocation(location, mayBeGlob, Optional.of(files), checked, only);
  }

  /**
   * Does not compute the checksums of files that a manifest lists. Default: each is computed before
   * the first row of its file is imported. Without them a job that is resumed does not notice that
   * a file has changed between its runs.
   */
  public SourceLocation withoutChecksums() {
    return new SourceLocation(location, mayBeGlob, compression, false, only);
  }

  /** Of the files of this place just these. */
  SourceLocation only(List<Path> files) {
    return new SourceLocation(location, mayBeGlob, compression, checked, Optional.of(files));
  }

  /**
   * What must stay the same for an import to be taken up.
   *
   * @param format the format's name
   * @param settings the format's own, in a text
   */
  public Map<String, String> identity(String format, String settings) {
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

  String text() {
    return location;
  }

  /** The files to read; empty for all. */
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
