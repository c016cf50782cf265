package io.ringhaul.json;

import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.files.FolderTargetSession;
import io.ringhaul.internal.files.TargetFolder;
import io.ringhaul.internal.json.JsonLayout;
import io.ringhaul.internal.json.JsonOutput;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A folder of JSON files in UTF-8 that an export writes: {@code part-*.json} and a {@code
 * _manifest.json}. All files appear in one step, at the end.
 *
 * <p>A row is an object with every exported column by its name as stored; null where the row has no
 * value. Numbers are JSON numbers of all their digits, NaN and the infinities strings; blobs are
 * Base64; dates, times and instants are as ISO 8601 writes them; lists, sets, tuples and vectors
 * are arrays, maps and user-defined types objects.
 *
 * <p>Immutable: each method that changes a setting gives a new target.
 */
public final class JsonTarget implements ExportTarget {

  private final TargetFolder folder;
  private final JsonLayout layout;

  private JsonTarget(TargetFolder folder, JsonLayout layout) {
    this.folder = folder;
    this.layout = layout;
  }

  /** A folder, which is made if need be. */
  public static JsonTarget folder(Path folder) {
    return new JsonTarget(TargetFolder.of(folder, Compression.NONE), JsonLayout.LINES);
  }

  /** Makes one array of the rows of each file. Default: each row is a line of its own. */
  public JsonTarget singleArray() {
    return new JsonTarget(folder, JsonLayout.ARRAY);
  }

  /** How the files are compressed. Default: they are not. */
  public JsonTarget compression(Compression compression) {
    return new JsonTarget(folder.withCompression(compression), layout);
  }

  /**
   * The size at which a file is ended and another begun, in bytes as they lie on disk, 1 or more;
   * it is passed by what is held back in memory, some 100 KiB, and by one row at most. Default: 128
   * MiB.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if it is out of bounds
   */
  public JsonTarget maxFileSize(long bytes) {
    return new JsonTarget(folder.withMaxFileSize(bytes), layout);
  }

  /**
   * What becomes of what the folder holds already. Default: {@link WriteMode#CREATE}, which refuses
   * a folder that is not empty.
   */
  public JsonTarget mode(WriteMode mode) {
    return new JsonTarget(folder.withMode(mode), layout);
  }

  @Override
  public Map<String, String> identity() {
    return folder.identity(JsonOutput.NAME, layout.name());
  }

  @Override
  public TargetSession open() {
    return new FolderTargetSession(folder, new JsonOutput(layout));
  }

  @Override
  public Optional<Path> localFolder() {
    return Optional.of(folder.workFolder());
  }
}
