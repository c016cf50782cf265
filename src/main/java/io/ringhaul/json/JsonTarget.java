package io.ringhaul.json;

import com.google.errorprone.annotations.CheckReturnValue;
import io.ringhaul.format.Compression;
import io.ringhaul.format.ExportTarget;
import io.ringhaul.format.TargetSession;
import io.ringhaul.format.WriteMode;
import io.ringhaul.internal.files.TargetFolder;
import io.ringhaul.internal.files.TargetLocation;
import io.ringhaul.internal.files.TargetStream;
import io.ringhaul.internal.json.JsonLayout;
import io.ringhaul.internal.json.JsonOutput;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Exports to a folder of JSON files in UTF-8: {@code part-*.json} and a {@code _manifest.json}. All
 * files become visible in one step, at the end.
 *
 * <p>A row is an object with every exported column by its stored name; columns without a value are
 * null. Numbers are JSON numbers with all digits; NaN and the infinities are strings. Blobs are
 * Base64. Dates, times and timestamps are in ISO 8601. Lists, sets, tuples and vectors are arrays;
 * maps and user-defined types are objects.
 *
 * <p>Immutable: each setter returns a changed copy.
 */
@CheckReturnValue
public final class JsonTarget implements ExportTarget {

  private final TargetLocation location;
  private final JsonLayout layout;

  private JsonTarget(TargetLocation location, JsonLayout layout) {
    this.location = location;
    this.layout = layout;
  }

  /** Writes to a folder, which is created if it does not exist. */
  public static JsonTarget folder(Path folder) {
    return new JsonTarget(TargetFolder.of(folder, Compression.NONE), JsonLayout.LINES);
  }

  /**
   * Writes to a folder in an object store, such as {@code s3://bucket/folder}; the schemes are s3,
   * s3a, s3n, gs, abfss, abfs, wasbs, wasb and hdfs. Files get their names while they are written,
   * and belong to the folder when the manifest appears at the end. A {@code file:} URI is a local
   * folder.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the URI has another scheme, or no
   *     bucket
   */
  public static JsonTarget folder(URI folder) {
    return new JsonTarget(TargetFolder.of(folder, Compression.NONE), JsonLayout.LINES);
  }

  /**
   * Writes to a stream, in the form of one file and without a manifest. Rows arrive while the table
   * is read, in no order; each is whole. If the export fails, the rows written before stay in the
   * stream. A stream takes no job, no {@link #mode} and no {@link #maxFileSize}.
   *
   * @param out written by several threads, one at a time; flushed at the end, and not closed
   */
  public static JsonTarget to(OutputStream out) {
    return new JsonTarget(new TargetStream(out, Compression.NONE), JsonLayout.LINES);
  }

  /** Writes the rows of each file as one array. Default: one row per line. */
  public JsonTarget singleArray() {
    return new JsonTarget(location, JsonLayout.ARRAY);
  }

  /**
   * Sets properties with which the object store is reached, in Iceberg's form, such as {@code
   * s3.endpoint}. They are not stored with a job, which is resumed with a target that has them.
   * Default: none; S3 then takes its credentials and its region where other programs of AWS find
   * them.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the target is a stream
   */
  public JsonTarget storage(Map<String, String> properties) {
    return new JsonTarget(location.withStorage(properties), layout);
  }

  /** Sets the compression of the files. Default: none. */
  public JsonTarget compression(Compression compression) {
    return new JsonTarget(location.withCompression(compression), layout);
  }

  /**
   * Sets the size in bytes on disk at which a new file is begun, 1 or more. A file may exceed it by
   * the buffered bytes (about 100 KiB) and by one row. Default: 128 MiB.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the size is less than 1
   */
  public JsonTarget maxFileSize(long bytes) {
    return new JsonTarget(location.withMaxFileSize(bytes), layout);
  }

  /**
   * Sets the treatment of existing files in the folder. Default: {@link WriteMode#CREATE}, which
   * refuses a folder that is not empty.
   */
  public JsonTarget mode(WriteMode mode) {
    return new JsonTarget(location.withMode(mode), layout);
  }

  @Override
  public Map<String, String> identity() {
    return location.identity(JsonOutput.NAME, layout.name());
  }

  @Override
  public TargetSession open() {
    return location.open(new JsonOutput(layout));
  }

  @Override
  public boolean isStream() {
    return location instanceof TargetStream;
  }

  @Override
  public Optional<Path> localFolder() {
    return location.localFolder();
  }
}
